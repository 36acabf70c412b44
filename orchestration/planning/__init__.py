"""Planning: from tasks and agents to an assignment problem, and back to places and times."""
