"""What `lms doctor` says of the voices: which there are, and what to install for those that are missing."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from lms.api.plugins import Finding
from lms.api.speech import ProgramError, can_encode, run_program, there
from lms.api.work import settings
from plugins.voices.voices import MEMORY


def voices() -> Sequence[Finding]:
    """ffmpeg, espeak-ng and the operator's own voice. Without them nothing breaks: lessons are read, not heard."""
    found = [
        Finding(True, "Có ffmpeg: thu tiếng và nghe đọc được") if can_encode()
        else Finding(False, "Không có ffmpeg: không thu tiếng và không nghe đọc được", "Cài gói ffmpeg.", must=False)
    ]  # fmt: skip
    how = settings().espeak
    if how == "off":
        found.append(Finding(True, "Giọng máy espeak-ng: đã tắt (LMS_ESPEAK=off)"))
    elif there("espeak-ng"):
        whom = "người học nghe được" if how == "learners" else "chỉ người soạn bài nghe được"
        found.append(Finding(True, f"Giọng máy espeak-ng: có, {whom}"))
    else:
        found.append(
            Finding(
                False, "Không có espeak-ng: bài chưa thu tiếng thì không có giọng đọc", "Cài gói espeak-ng.", must=False
            )
        )
    command = settings().voice_command
    if command:
        found.append(_command(command))
    return found


def _command(command: str) -> Finding:
    program = shlex.split(command)[0]
    if not there(program):
        return Finding(False, f"Không thấy chương trình giọng đọc {program}", "Kiểm tra LMS_VOICE_COMMAND.")
    try:
        sound, _said = run_program(shlex.split(command), "Xin chào.\n".encode(), seconds=60, memory=MEMORY)
    except ProgramError as error:
        return Finding(False, f"Giọng đọc đã cài không nói được: {error}", "Kiểm tra LMS_VOICE_COMMAND.")
    if sound[:4] != b"RIFF":
        return Finding(False, "Giọng đọc đã cài không cho ra tiếng dạng WAV", "Kiểm tra LMS_VOICE_COMMAND.")
    return Finding(True, f"Giọng đọc đã cài: {program}, nói được")
