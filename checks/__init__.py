"""What is checked of what others made; never deployed."""
