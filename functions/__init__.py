"""The function app: HTTP functions around a call, and the blob trigger that reads each frame."""
