"""Envelopes, routes and mailboxes."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.envelope import Envelope, decode, encode
from orchestration.errors import EnvelopeError, MailboxFullError, UnknownAddressError
from orchestration.mailbox import Mailbox
from orchestration.router import Router

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
envelopes = st.builds(
    Envelope,
    id=st.text(),
    source=st.text(),
    target=st.text(),
    kind=st.sampled_from(["task", "started", "done", "failed"]),
    priority=st.integers(1, 5),
    deadline=st.none() | st.floats(allow_nan=False),
    correlation=st.text(),
    epoch=st.integers(0, 2**31),
    idempotency_key=st.text(),
    payload=st.dictionaries(st.text(), plain, max_size=3),
)


@given(st.lists(envelopes, max_size=5))
def test_a_batch_comes_back_as_it_went(batch):
    assert decode(encode(batch)) == batch


@given(st.binary(max_size=60))
def test_any_bytes_are_a_batch_or_an_envelope_error(data):
    try:
        found = decode(data)
    except EnvelopeError:
        found = []
    assert isinstance(found, list)


def test_a_newer_version_is_refused_and_says_what_to_do():
    with pytest.raises(EnvelopeError, match=r"version 2, and this program reads version 1.*same release"):
        decode(msgpack.packb([2, []]))


def test_the_longest_prefix_wins():
    router = Router({"": "root", "hospital": "a", "hospital/ward-3": "b"})
    assert router.host_of("hospital/ward-3/agent-1") == "b"
    assert router.host_of("hospital/ward-31/agent-1") == "a"
    assert router.host_of("clinic/agent-1") == "root"
    router.remove("hospital/ward-3")
    assert router.host_of("hospital/ward-3/agent-1") == "a"


def test_what_no_route_fits_is_set_aside_with_the_reason():
    router = Router({"hospital": "a"})
    with pytest.raises(UnknownAddressError, match="no route leads to 'clinic/x'"):
        router.host_of("clinic/x")
    messages = [
        Envelope(id=str(i), source="o", target=t, kind="task") for i, t in enumerate(["hospital/x", "clinic/x"])
    ]
    by_host, dead = router.batches(messages)
    assert by_host == {"a": [messages[0]]}
    assert [(letter.envelope, letter.reason) for letter in dead] == [(messages[1], "no route leads to 'clinic/x'")]


@given(st.lists(st.one_of(st.integers(1, 5), st.none()), max_size=60), st.integers(1, 10))
def test_a_mailbox_is_bounded_urgent_first_and_in_order_within_a_priority(steps, limit):
    box, model = Mailbox(limit), []
    for number, step in enumerate(steps):
        if step is None:
            expected = min(model, default=None)
            got = box.get()
            assert (got and (got.priority, got.epoch)) == expected
            if expected:
                model.remove(expected)
        elif len(model) == limit:
            with pytest.raises(MailboxFullError):
                box.put(Envelope(id="", source="", target="a", kind="task", priority=step, epoch=number))
        else:
            box.put(Envelope(id="", source="", target="a", kind="task", priority=step, epoch=number))
            model.append((step, number))
        assert len(box) == len(model)
