"""State that outlives the emulator, and emulators that are the same every time."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from qredo_emulator import Emulator, Settings, StateError
from qredo_signing import PublicKey


def emulator(folder: Path, **options: Any) -> Emulator:
    return Emulator(Settings(**options), keys=folder / "keys", state=folder / "state.json")


def test_the_state_comes_back(tmp_path: Path, call_as: Any) -> None:
    """What was kept when the emulator stopped is there when another one starts, for the same API key."""
    with emulator(tmp_path) as first:
        company_id = call_as(None, first).company("ACME")
    with emulator(tmp_path) as second:
        assert call_as(None, second).ok("GET", f"/company/{company_id}")["name"] == "ACME"


def test_the_state_of_a_further_key_comes_back(tmp_path: Path, call_as: Any) -> None:
    """Credentials that were made while it ran reach their account in the next emulator, too."""
    with emulator(tmp_path) as first:
        credentials = first.control.new_credentials()
        company_id = call_as(credentials, first).company("ACME")
    with emulator(tmp_path) as second:
        assert call_as(credentials, second).ok("GET", f"/company/{company_id}")["name"] == "ACME"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_file_is_the_owners_only(tmp_path: Path) -> None:
    """The file names API keys, so other users must not read it; nothing else is left in the folder."""
    with emulator(tmp_path):
        pass
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["keys", "state.json"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not JSON"),
        (b"\xff", "is not UTF-8"),
        (b"[]", "not a state of a qredo-emulator"),
        (b'{"format": "other"}', "not a state of a qredo-emulator"),
        (b'{"format": "qredo-emulator-state", "version": 99}', "version 99"),
        (b'{"format": "qredo-emulator-state", "version": 4}', "/state: "),
        (b'{"format": "qredo-emulator-state", "version": 4, "keys": {"public": {"k": "no PEM"}}}', "API keys"),
    ],
)
def test_a_file_that_is_no_state_stays_as_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    """Another file is an error that names it and says why; it is not overwritten."""
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(StateError, match=words) as caught:
        emulator(tmp_path)
    assert str(tmp_path / "state.json") in str(caught.value)
    assert (tmp_path / "state.json").read_bytes() == content


def test_a_folder_that_is_not_there_is_an_error_at_the_start(tmp_path: Path) -> None:
    """That the state can't be kept is said before anything is made, not at the end."""
    with pytest.raises(StateError, match="there is no folder"):
        Emulator(state=tmp_path / "no" / "state.json")
    with pytest.raises(StateError, match="can't read"):
        Emulator(state=tmp_path)


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    """A state file that is a link to what does not exist is an error at the start; the link stays as it is."""
    link = tmp_path / "state"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StateError, match=r"is a link to .*elsewhere, which does not exist"):
        Emulator(keys=tmp_path / "keys", state=link)
    assert link.is_symlink()
    assert not (tmp_path / "elsewhere").exists()


def test_a_state_that_cannot_be_written_leaves_the_last_one(tmp_path: Path) -> None:
    """Where the new state can't take the old one's place, the old one is whole and nothing lies beside it."""
    running = emulator(tmp_path).start()
    (tmp_path / "state.json").mkdir()
    with pytest.raises(StateError, match="can't write"):
        running.stop()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["keys", "state.json"]


def test_no_private_key_is_in_the_file(tmp_path: Path, call_as: Any) -> None:
    """The file has what was kept, and no key that signs."""
    with emulator(tmp_path) as running:
        call_as(None, running).company("ACME")
    text = (tmp_path / "state.json").read_text()
    assert "ACME" in json.dumps(json.loads(text))
    assert "PRIVATE" not in text
    assert (tmp_path / "keys" / "qredo_v1" / "apisecret").read_text().strip() not in text


def told(call: Any) -> list[Any]:
    """Answers in which ids and times would differ."""
    company_id = call.company("ACME")
    fund_id, wallet_id = call.wallet(company_id)
    call.emulator.control.credit(wallet_id, 5)
    return [call.ok("GET", f"/company/{company_id}/fund/{fund_id}"), call.ok("GET", f"/wallet/{wallet_id}/history")]


def test_a_seed_tells_the_same_story(call_as: Any) -> None:
    """The same seed gives the same ids and times, in two emulators and after a reset; another seed gives others."""
    with Emulator(Settings(seed=7)) as one, Emulator(Settings(seed=7)) as two, Emulator(Settings(seed=8)) as other:
        stories = [told(call_as(None, emulator)) for emulator in (one, two, other)]
        one.control.reset()
        assert told(call_as(None, one)) == stories[0] == stories[1]
        assert stories[2] != stories[0]


def test_the_clock_of_a_seed_stands_still(call_as: Any) -> None:
    """It starts at a fixed time and moves by `advance` only; who signs by the real clock is let in."""
    with Emulator(Settings(seed=1)) as emulator:
        call = call_as(None, emulator)
        assert call("GET", "/assets").status_code == 200
        assert [emulator.control.now(), emulator.control.advance(60)] == [1_700_000_000, 1_700_000_060]
        assert call("GET", "/assets").status_code == 200
        assert emulator.control.requests[-1].time == 1_700_000_060


def test_keys_of_the_hmac_api_are_kept(tmp_path: Path) -> None:
    """The second start with a keys folder has the same credentials of both APIs."""
    one, two = emulator(tmp_path), emulator(tmp_path)
    assert one.hmac_credentials.api_key == two.hmac_credentials.api_key
    assert one.hmac_credentials.secret == two.hmac_credentials.secret
    public = PublicKey.from_file(tmp_path / "keys" / "public.pem")
    assert one.app.keys.known[one.credentials.api_key].fingerprint == public.fingerprint
