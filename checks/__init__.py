"""What is checked of what others made, and of what must not be committed; never deployed."""
