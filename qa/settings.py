"""What a user may set; read from the environment by the doors and by `QueryEngine.open`."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import SettingsInvalid

NO_MODEL = "none"  # the model's name that asks for quoted answers
OPENAI = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-5.4-mini"  # small, quick and cheap; used only where no name is given
TIMEOUT_S = 60.0
CONTEXT_TOKENS = 4096  # what Ollama gives a model unless told otherwise


@dataclass(frozen=True, slots=True)
class Settings:
    """How answers are written. Without a key and a server there is no model, and answers are quoted."""

    model: str | None = None  # None: OPENAI_MODEL on api.openai.com, else the first one the server lists
    base_url: str | None = None  # of any OpenAI-compatible server, up to and with /v1
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = TIMEOUT_S  # for the whole reply, retries included; small machines may need more
    context_tokens: int = CONTEXT_TOKENS  # the model's window, as far as we use it
    store: str | None = None  # a folder, or the URL of a Chroma server; None: the user's own data folder
    embedding: str = "minilm"  # or "openai:NAME", of the server that OPENAI_BASE_URL names
    strict: bool = False  # leave unsupported sentences out, and say how many
    price_in: float | None = None  # USD per million tokens read
    price_out: float | None = None  # USD per million tokens written

    def __post_init__(self) -> None:
        if self.base_url and not (
            urlsplit(self.base_url).scheme in {"http", "https"} and urlsplit(self.base_url).hostname
        ):
            raise SettingsInvalid(
                "OPENAI_BASE_URL is not an address; give one like http://localhost:11434/v1"
            )
        if self.api_key and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise SettingsInvalid("OPENAI_API_KEY holds characters that no key has; copy it again")

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings of OPENAI_API_KEY, OPENAI_BASE_URL and FOOTNOTE_*.

        Raises:
            SettingsInvalid: a value cannot be read; the message names the variable, never its value.
        """
        try:
            read = _Environment()
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = str(first["loc"][0]).upper()
            name = name if name.startswith(("FOOTNOTE_", "OPENAI_")) else f"FOOTNOTE_{name}"
            raise SettingsInvalid(f"{name}: {first['msg'].lower()}") from None
        values: dict[str, Any] = read.model_dump(exclude={"api_key"})
        key = read.api_key.get_secret_value().strip() if read.api_key else None
        return cls(**values, api_key=key or None)

    def choose(self, model: str | None) -> "Settings":
        """These settings with `model`, where one is named.

        Raises:
            SettingsInvalid: a model is named, but neither a key nor a server to find it with.
        """
        if model is None:
            return self
        chosen = replace(self, model=model)
        if not self.reachable and model != NO_MODEL:
            raise SettingsInvalid(
                f"model {model}: set OPENAI_API_KEY, or OPENAI_BASE_URL for another server, to reach it"
            )
        return chosen

    @property
    def reachable(self) -> bool:
        """Whether there is a server to ask."""
        return bool(self.api_key or self.base_url)

    @property
    def writes(self) -> bool:
        """Whether a model writes the answers."""
        return self.reachable and self.model != NO_MODEL

    def cost_usd(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """What a reply cost, in USD; None where no price is set."""
        if self.price_in is None and self.price_out is None:
            return None
        total = prompt_tokens * (self.price_in or 0) + completion_tokens * (self.price_out or 0)
        return round(total / 1_000_000, 8)


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", env_ignore_empty=True, extra="ignore")

    model: str | None = None
    base_url: Annotated[str | None, Field(validation_alias="OPENAI_BASE_URL")] = None
    api_key: Annotated[SecretStr | None, Field(validation_alias="OPENAI_API_KEY")] = None
    timeout_s: Annotated[float, Field(gt=0)] = TIMEOUT_S
    context_tokens: Annotated[int, Field(ge=1024)] = CONTEXT_TOKENS
    store: str | None = None
    embedding: str = "minilm"
    strict: bool = False
    price_in: Annotated[float | None, Field(ge=0)] = None
    price_out: Annotated[float | None, Field(ge=0)] = None
