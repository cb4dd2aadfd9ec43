"""What in the dataset needs care: facts by state and by what they lack, sources by their links and editions."""
