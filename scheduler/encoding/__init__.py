"""From problems to binary variables: labels, grids, penalties and terms, shared by every compiled form."""
