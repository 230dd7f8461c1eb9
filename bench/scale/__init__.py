"""What calls ask of each service, which gives out first, and what it costs."""
