"""Plans that outlive a change of their problem: made valid again in milliseconds, then refined at leisure."""
