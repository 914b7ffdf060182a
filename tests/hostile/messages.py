"""E-mail: parts one in the other, headers without end, bodies in no coding."""

import base64
import io
import zipfile
from collections.abc import Iterator

from tests.hostile.corpus import Hostile, Read, aside, chance, either, partly, story

_HEAD = "From: a@example.org\nTo: b@example.org\nSubject: Tanks\nDate: Thu, 04 Jan 2024 10:00:00 +0000\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"


def messages() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    rng = chance("messages")

    def message(headers: str, body: str) -> bytes:
        return f"{_HEAD}{headers}\n\n{body}".encode()

    reads = (Read(None, " tanks to "),)
    bad = (
        "corrupt_file",
        "no_text",
        "bad_record",
        "too_large",
        "too_slow",
        "unsupported_format",
        "not_text",
        "empty_file",
    )
    deep = "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(1_000))
    inside = "".join(f"Content-Type: message/rfc822\n\n{_HEAD}" for _ in range(1_000))
    many = "".join(f"--b\nContent-Type: text/plain\n\nx{n}\n" for n in range(5_000))
    plain = "Content-Type: text/plain; charset="
    cases = {
        "plain": ("Content-Type: text/plain", "{}"),
        "nested-parts": ('Content-Type: multipart/mixed; boundary="b0"', deep + "--b1000\n\n{}"),
        "nested-messages": (inside + "Content-Type: text/plain", "{}"),
        "many-parts": ('Content-Type: multipart/mixed; boundary="b"', many + "--b\n\n{}\n--b--"),
        "no-boundary": ("Content-Type: multipart/mixed", "{}"),
        "empty-boundary": ('Content-Type: multipart/mixed; boundary=""', "--\n\n{}"),
        "open-part": ('Content-Type: multipart/mixed; boundary="b"', "--b\nContent-Type: text/plain\n\n{}"),
        "unknown-charset": (plain + "nonsense", "{}"),
        "charset-of-code": (plain + "rot13", "{}"),
        "charset-of-compression": (plain + "zlib_codec", "{}"),
        "nul-charset": (plain + '"a\\\x00b"', "{}"),
        "quoted-garbage": ("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable", "=ZZ={}= ="),
        "unknown-coding": ("Content-Type: text/plain\nContent-Transfer-Encoding: x-nonsense", "{}"),
        "long-header": ("X-Long: " + "tank " * 200_000, "{}"),
        "many-headers": ("X-A: b\n" * 20_000 + "X-B: c", "{}"),
        "folded-header": ("X-Long: a\n" + " b\n" * 50_000 + " c", "{}"),
        "encoded-words": ("X-W: " + "=?utf-8?b?dGFuaw==?= " * 10_000, "{}"),
        "addresses": ("Cc: " + "<" * 20_000 + "(" * 20_000, "{}"),
        "html": ("Content-Type: text/html", "<p>{}" + "<div>" * 50_000),
        "parameters": ("Content-Type: text/plain; " + "a*0*=x;" * 5_000, "{}"),
        "bad-date": ("Date: " + "9" * 4_000, "{}"),
    }
    for name, (headers, body) in cases.items():
        yield either(f"messages/{name}.eml", message(headers, body.replace("{}", story(rng))), reads, *bad)
    coded = "Content-Type: text/plain\nContent-Transfer-Encoding: base64"
    for number in range(4):
        whole = base64.b64encode(story(rng).encode()).decode()
        place = rng.randint(10, len(whole) - 3)
        cut = message(coded, whole[:place] + "!?\n*" + whole[place:])
        yield either(f"messages/base64-{number}.eml", cut, (Read(),), *bad)
    yield aside(
        "messages/base64-of-noise.eml", message(coded, base64.b64encode(b"\x01" + rng.randbytes(3_000)).decode()), *bad
    )
    attached = 'Content-Type: application/zip; name="../../x.zip"\nContent-Transfer-Encoding: base64'
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b" " * 201_000_000)
    body = f"--b\nContent-Type: text/plain\n\n{story(rng)}\n--b\n{attached}\n\n{base64.b64encode(bomb.getvalue()).decode()}\n--b--"
    both = message('Content-Type: multipart/mixed; boundary="b"', body)
    yield partly("messages/attached-bomb.eml", both, reads, "too_large")
    yield aside("messages/only-headers.eml", _HEAD.encode(), *bad)
