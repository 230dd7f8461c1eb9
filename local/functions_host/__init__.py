"""A Functions host for one machine: runs an unchanged Python v2 app by the bindings it declares.

`python -m local.functions_host --app function_app:app --port 7071` serves what the app declares,
as the real host and Python worker do: HTTP triggers, blob triggers (by Event Grid's webhook),
timers, SignalR connection information and SignalR outputs. It knows nothing of the app; the app's
code runs in a process of its own, the worker. `docs/host.md` says what the host does, and where
that was seen or read. An unknown binding stops the start with an error that names the function and
the binding, so that no app works here and fails on Azure.

Limits: authorization level `anonymous` only; no other bindings; one worker; messages wait in memory
while the host runs, so a killed host loses them unless Event Grid sends the events again.
"""
