"""Tables of the clinical skills: our own wording of published facts, each row with its source."""
