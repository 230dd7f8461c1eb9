"""A route's answers to its caller."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import azure.functions as func
from azure.core.exceptions import AzureError

from functions.ahead import StaleError
from functions.contract import ApiError
from functions.failures import place

_STORAGE_PAUSE = 2  # s until the caller tries again


def answers(handler: Callable[..., func.HttpResponse]) -> Callable[..., func.HttpResponse]:
    """Turn errors into answers with a code; details of unexpected errors go only to the log."""

    @functools.wraps(handler)
    def answer(**arguments: Any) -> func.HttpResponse:
        try:
            return handler(**arguments)
        except ApiError as error:
            return _refusal(error)
        except (AzureError, StaleError) as error:
            logging.error("%s: storage failed: %s", handler.__name__, place(error))
            return _refusal(
                ApiError(
                    503,
                    "storage-unavailable",
                    "The storage does not answer. Try again in a moment.",
                    retry_after=_STORAGE_PAUSE,
                )
            )
        except Exception as error:
            logging.error("%s failed: %s", handler.__name__, place(error))
            return _refusal(ApiError(500, "internal", "Something went wrong here. Try again."))

    return answer


def json_answer(
    body: dict[str, Any], status: int = 200, more_headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """A JSON answer that no cache may keep."""
    headers = {"Cache-Control": "no-store", **(more_headers or {})}
    return func.HttpResponse(
        json.dumps(body, separators=(",", ":")),
        status_code=status,
        mimetype="application/json",
        headers=headers,
    )


def _refusal(error: ApiError) -> func.HttpResponse:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return json_answer(error.to_json(), error.status, headers)
