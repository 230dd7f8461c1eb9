"""A Functions host for one machine: runs an unchanged Python v2 app by the bindings it declares.

``python -m local.functions_host --app function_app:app --port 7071`` serves what the app declares,
as the real host and Python worker would: HTTP triggers, blob triggers (by Event Grid's webhook),
timers, SignalR connection information and SignalR outputs. It knows nothing of the app. Whatever it
does not know stops the start, by the function's and the binding's name, so that nothing seems to
work here that would not on Azure.

Limits: authorization level ``anonymous`` only; no queues or other bindings; a function that
overruns ``functionTimeout`` fails its invocation but its thread runs on (the real host restarts the
worker); events wait in memory (the real host keeps a storage queue), so whoever delivers them
repeats what may be lost.
"""
