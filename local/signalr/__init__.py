"""A stand-in for Azure SignalR Service in serverless mode: `python -m local.signalr --port P`."""
