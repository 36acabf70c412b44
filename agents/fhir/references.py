"""From what a reference says to ``Type/id``: full URLs, absolute URLs, versions, identifiers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from agents.fhir.element import parts, token_of
from agents.fhir.source import Scope

Json = dict[str, Any]

_TAIL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9._-]{1,64})(?:/_history/[^/]+)?$")
_UUID_URL = re.compile(r"urn:(?:uuid|oid):([A-Za-z0-9._-]{1,64})", re.IGNORECASE)
_CONDITIONAL = re.compile(r"([A-Za-z]*)\?(?:.*&)?identifier=([^&]+)")
_MANY = ""
"""Stands in the index for an identifier that several resources bear: it names none of them."""


def id_in_url(url: str) -> str:
    """The id that a full URL gives its resource, '' where it gives none."""
    if match := _UUID_URL.fullmatch(url):
        return match[1]
    match = _TAIL.search(url)
    return match[2] if match else ""


class References:
    """An index of what the input calls its resources."""

    def __init__(self) -> None:
        self._urls: dict[str, str] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def add(self, reference: str, resource: Json, url: str, scope: Scope, at: str) -> None:
        """Enter a resource under its full URL and its identifiers."""
        if url:
            scope.urls[url] = reference
            self._urls[url] = reference
        if not resource.get("identifier"):
            return
        kind = reference.partition("/")[0]
        found = resource["identifier"]
        tokens = (
            [token_of(found, f"{at}.identifier")]
            if isinstance(found, dict)
            else [token_of(item, path) for item, path in parts(resource, "identifier", at)]
        )
        for token in filter(None, tokens):
            for key in ((kind, token), ("", token)):
                if self._tokens.setdefault(key, reference) != reference:
                    self._tokens[key] = _MANY

    def resolve(self, link: str, scope: Scope) -> str:
        """``Type/id`` of `link`; '' where it names nothing that can be told.

        Parameters
        ----------
        link : str
            As `agents.fhir.element.linked` gives it.
        scope : Scope
            The Bundle that it stands in: full URLs of that Bundle come first.
        """
        if not link or link.startswith("#"):
            return ""
        if known := scope.urls.get(link) or self._urls.get(link):
            return known
        if match := _CONDITIONAL.fullmatch(link):
            return self._by_token(match[1], unquote(match[2]))
        if match := _TAIL.search(link):
            return f"{match[1]}/{match[2]}"
        return ""

    def _by_token(self, kind: str, token: str) -> str:
        return self._tokens.get((kind, token)) or self._tokens.get((kind, f"|{token}"), _MANY)
