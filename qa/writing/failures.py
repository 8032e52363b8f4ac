"""What went wrong between us and a model's server: in words for people, and whether to try again."""

import httpx
from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)

LONGEST_PAUSE_S = 10.0  # a server that asks for more patience is answered from the source at once
_QUOTED_CHARS = 160


def reason(error: Exception, api_key: str | None) -> str:
    """What went wrong, as the end of a sentence that begins with the model; the key never stands in it."""
    if isinstance(error, APIStatusError):
        return _refused(error, api_key)
    if isinstance(error, APITimeoutError | httpx.TimeoutException):
        return "did not answer in time"
    if isinstance(error, APIConnectionError):
        if isinstance(error.__cause__, httpx.RemoteProtocolError | httpx.ReadError):
            return "hung up before it answered"
        return "could not be reached (is the server running, and OPENAI_BASE_URL right?)"
    if isinstance(error, httpx.HTTPError):
        return "broke off in the middle of its reply"
    return "answered with something that is no chat completion"


def _refused(error: APIStatusError, api_key: str | None) -> str:
    code = f"HTTP {error.status_code}"
    match error:
        case AuthenticationError() | PermissionDeniedError():
            return f"refused the key ({code}, see OPENAI_API_KEY)"
        case RateLimitError() if _spent(error):
            return f"refused: the account's quota is spent ({code})"
        case RateLimitError():
            return f"had too many requests ({code})"
        case NotFoundError():
            return f"was not found ({code}{_said(error, api_key)}, see FOOTNOTE_MODEL and OPENAI_BASE_URL)"
        case _:
            return f"failed ({code}{_said(error, api_key)})"


def may_pass(error: Exception) -> bool:
    """Whether trying again may help: a lost connection, too many requests, a server's own fault."""
    if isinstance(error, APITimeoutError):
        return False
    if isinstance(error, RateLimitError):
        return not _spent(error)
    return isinstance(error, APIConnectionError | InternalServerError)


def pause_s(error: Exception, planned: float | None) -> float | None:
    """Seconds to wait before the next try, as the server asks or as planned; None: give up."""
    if planned is None:
        return None
    asked = error.response.headers.get("retry-after", "") if isinstance(error, APIStatusError) else ""
    try:
        wait = max(planned, float(asked))
    except ValueError:  # none, or a date
        wait = planned
    return wait if wait <= LONGEST_PAUSE_S else None


def _spent(error: RateLimitError) -> bool:
    return error.code == "insufficient_quota"


def _said(error: APIStatusError, api_key: str | None) -> str:
    """The server's own words, shortened, the key taken out."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else None
    if not isinstance(said, str) or not said.strip():
        return ""
    said = " ".join(said.split())
    if api_key:
        said = said.replace(api_key, "***")
    return f": {said[:_QUOTED_CHARS]}"
