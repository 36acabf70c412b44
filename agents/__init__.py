"""Who does the work, and what work is: contracts, clinical skills, FHIR in and out."""
