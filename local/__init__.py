"""Azure on one machine: storage, SignalR, Event Grid and a Functions host. Never deployed."""
