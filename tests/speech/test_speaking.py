"""Sentences are made once, joined with true times, and forgotten with the person who spoke them."""

from __future__ import annotations

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from lms import programs
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.privacy import erasing
from lms.programs import ProgramError
from lms.speech import sound, speaking
from lms.speech.models import Joined, Sentence
from tests.speech.conftest import ToneVoice, tone

BREATH = 120  # milliseconds of silence that stay before and behind a sentence
TEXT = "Một hai ba. Bốn năm sáu bảy.\nTám chín."


def count(table: type[Sentence] | type[Joined]) -> int:
    return int(connection().execute(select(func.count()).select_from(table.__table__)).scalar_one())


def person(username: str = "balanh") -> int:
    found = connection().execute(select(Account.id).where(Account.username == username))
    return int(found.scalar_one())


def prepared(data: bytes) -> speaking.Prepared:
    """A recording as the worker prepares it."""
    [(content, ms)] = sound.sentences_of([data])
    return speaking.Prepared(current_app.extensions["lms.files"].put(content), ms)


def test_the_times_are_those_of_the_sound(any_app: Flask, tone_voice: ToneVoice) -> None:
    with any_app.app_context():
        spoken = speaking.speak(TEXT, "vi")
        assert spoken is not None
        assert [time.words for time in spoken.times] == ["Một hai ba.", "Bốn năm sáu bảy.", "Tám chín."]
        assert [time.end - time.start for time in spoken.times] == pytest.approx(
            [600 + BREATH, 800 + BREATH, 400 + BREATH], abs=20
        )
        starts = [time.start for time in spoken.times]
        assert starts == pytest.approx([0, 600 + BREATH + sound.GAP, 1400 + 2 * (BREATH + sound.GAP)], abs=40)
        store = any_app.extensions["lms.files"]
        opus, mp3 = (store.get(file.key) for file in spoken.files)
        assert (opus[:4], mp3[:1] in (b"I", b"\xff")) == (b"OggS", True)
        assert [len(opus), len(mp3)] == [file.bytes for file in spoken.files]
        assert speaking.spoken(TEXT, "vi", "tone") == spoken


def test_an_edit_makes_one_sentence_anew(any_app: Flask, tone_voice: ToneVoice) -> None:
    with any_app.app_context():
        speaking.speak(TEXT, "vi")
        tone_voice.asked.clear()
        assert speaking.speak(TEXT, "vi") is not None
        assert tone_voice.asked == []
        speaking.speak(TEXT.replace("Tám", "Mười"), "vi")
        assert tone_voice.asked == ["Mười chín."]
        assert (count(Sentence), count(Joined)) == (4, 2)


def test_no_voice_no_sound(any_app: Flask, tone_voice: ToneVoice) -> None:
    with any_app.app_context():
        assert speaking.speak(TEXT, "mww") is None
        tone_voice.for_learners = False
        assert speaking.speak(TEXT, "vi") is None
        assert speaking.speak(TEXT, "vi", for_learners=False) is not None
        assert speaking.speak(" \n … ", "vi", for_learners=False) is None


def test_a_person_is_heard_before_a_machine_once_all_is_recorded(any_app: Flask, tone_voice: ToneVoice) -> None:
    with any_app.app_context():
        who = person()
        for words in ("Một hai ba.", "Bốn năm sáu bảy."):
            with unit_of_work():
                speaking.keep_recording("vi", words, prepared(tone(900)), who)
        by_machine = speaking.speak(TEXT, "vi")
        assert by_machine is not None
        assert by_machine.voice == "tone"
        with unit_of_work():
            speaking.keep_recording("vi", "Tám chín.", prepared(tone(700)), who)
        by_person = speaking.speak(TEXT, "vi")
        assert by_person is not None
        assert by_person.voice == "recorded"
        assert [t.end - t.start for t in by_person.times] == pytest.approx([1020, 1020, 820], abs=25)


def test_a_new_recording_takes_the_place_of_the_old_and_of_what_was_joined(
    any_app: Flask, tone_voice: ToneVoice
) -> None:
    with any_app.app_context():
        who, store = person(), any_app.extensions["lms.files"]
        with unit_of_work():
            speaking.keep_recording("vi", "Một hai.", prepared(tone(500)), who)
        first = speaking.speak("Một hai.", "vi")
        assert first is not None
        kept = speaking.recordings("vi", ["Một hai."])["Một hai."]
        with unit_of_work():
            speaking.keep_recording("vi", "Một hai.", prepared(tone(800)), who)
        assert not store.has(kept.file_key)
        second = speaking.speak("Một hai.", "vi")
        assert second is not None
        assert second.ms > first.ms


def test_whoever_is_forgotten_is_no_longer_heard(any_app: Flask, tone_voice: ToneVoice) -> None:
    from lms.outbox.delivering import deliver_due

    with any_app.app_context():
        who, store = person(), any_app.extensions["lms.files"]
        with unit_of_work():
            speaking.keep_recording("vi", "Một hai.", prepared(tone(500)), who)
        spoken = speaking.speak("Một hai.", "vi")
        assert spoken is not None
        assert spoken.voice == "recorded"
        sentence = speaking.recordings("vi", ["Một hai."])["Một hai."].file_key
        with unit_of_work():
            erasing.erase(who, None, "asked")
        while deliver_due():
            pass
        assert speaking.spoken_by_id([spoken.id]) == {}
        assert [key for key in (sentence, *(file.key for file in spoken.files)) if store.has(key)] == []


@pytest.mark.parametrize("data", [b"", b"not a sound", tone(0), tone(400, loud=0), b"RIFF" + bytes(100)])
def test_what_is_no_speech_is_refused(ffmpeg: None, data: bytes) -> None:
    with pytest.raises(ProgramError):
        sound.sentences_of([data])


def test_a_voice_that_fails_keeps_nothing(
    any_app: Flask, tone_voice: ToneVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sentence: str, lang: str) -> bytes:
        if sentence.startswith("Tám"):
            raise ProgramError("piper: no model")
        return tone(300)

    monkeypatch.setattr(tone_voice, "say", fail)
    with any_app.app_context():
        with pytest.raises(ProgramError, match="no model"):
            speaking.speak(TEXT, "vi")
        assert (count(Sentence), count(Joined)) == (0, 0)


def test_speaking_does_not_belong_into_a_transaction(app: Flask) -> None:
    with app.app_context(), unit_of_work(), pytest.raises(RuntimeError, match="unit of work"):
        speaking.speak(TEXT, "vi")


def test_a_program_that_hangs_is_ended_with_its_children() -> None:
    with pytest.raises(ProgramError, match="more than 1 second"):
        programs.run(["sh", "-c", "sleep 60 & sleep 60"], seconds=1)
    with pytest.raises(ProgramError):
        programs.run(["there-is-no-such-program"])


def test_a_minute_weighs_what_a_phone_can_bear(ffmpeg: None) -> None:
    """Both forms of a minute of speech-like sound stay near 150 to 180 KB each."""
    pair, times = sound.joined(sound.sentences_of([tone(10_000), tone(9_700)]))
    assert 3 * len(pair.opus) < 200_000
    assert 3 * len(pair.mp3) < 200_000
    assert pair.ms == pytest.approx(20_000, abs=700)
    assert len(times) == 2
