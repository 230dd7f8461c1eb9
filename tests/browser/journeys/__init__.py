"""What people do in a call, written once and walked in every browser there is."""
