"""The one client of HTTP."""

from __future__ import annotations

import gzip
import logging
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from seatrial.errors import (
    CredentialMissing,
    InvalidConfiguration,
    StorageFault,
    Unreachable,
    UsageFault,
)
from seatrial.secret import Secret
from seatrial.world.exchange import Answer, Request, basic, bearer, redirected
from seatrial.world.http import ATTEMPTS, LONGEST_WAIT, Http, retry_after
from seatrial.world.route import BUNDLES, is_loopback, proxy_for, trust
from tests.support.talker import Heard, Raw, Say, Script, Talker, in_turn, nobody_there

TOKEN = "pypi-AgNeverShown0123456789"


class Waits(list[float]):
    """Notes the pauses instead of making them."""

    def __call__(self, seconds: float) -> None:
        """Note one."""
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    """Give a clock that does not wait."""
    return Waits()


@pytest.fixture
def http(waits: Waits) -> Http:
    """Give a client with no proxy, that does not wait."""
    return Http(environ={}, wait=waits)


def talking(script: Script | Say | Raw, *, early: bool = False) -> Talker:
    """Make a server of one answer, or of a script."""
    return Talker(script if callable(script) else in_turn(script), early=early)


def test_a_passing_fault_of_a_read_is_asked_again(waits: Waits) -> None:
    """A read goes on after 503, 429, a cut connection and a cut body."""
    said = (Say(503), Say(429), Raw(b""), Say(200, b"x" * 1000, cut_after=10), Say(200, b"done"))
    with talking(in_turn(*said)) as talker:
        patient = Http(environ={}, wait=waits, attempts=5)
        answer = patient.ask(Request(url=talker.url))
    assert (answer.body, len(talker.heard), len(waits)) == (b"done", 5, 4)
    assert waits == sorted(waits)


def test_a_write_is_sent_once(http: Http, waits: Waits) -> None:
    """What is no read is one attempt, whatever comes back."""
    with talking(Say(503, reason="Backend fetch failed")) as talker:
        answer = http.ask(Request(url=talker.url, method="POST"))
        talker.script = in_turn(Raw())
        with pytest.raises(Unreachable, match="cut"):
            http.ask(Request(url=talker.url, method="POST"))
    assert answer.sentence == "Backend fetch failed (HTTP 503)"
    assert (len(talker.heard), waits) == (2, [])


def test_attempts_are_bounded_and_the_last_words_are_told(http: Http, waits: Waits) -> None:
    """After the last attempt the error has the address and what the server said."""
    body = b"<html><head><title>503</title></head><body><h1>Out to lunch</h1></body></html>"
    with talking(Say(503, body, {"Content-Type": "text/html"})) as talker:
        with pytest.raises(Unreachable) as caught:
            http.ask(Request(url=f"{talker.url}/simple/?a=b"))
        assert len(talker.heard) == ATTEMPTS
    assert caught.value.thing == f"{talker.url}/simple/"
    assert caught.value.said == "Out to lunch (HTTP 503)"
    assert len(waits) == ATTEMPTS - 1


def test_retry_after_is_honoured_within_a_minute(http: Http, waits: Waits) -> None:
    """A pause that the server asks for is made, unless it is longer than a minute."""
    with talking(in_turn(Say(429, headers={"Retry-After": "41"}), Say(200))) as talker:
        http.ask(Request(url=talker.url))
        assert waits == [41.0]
        talker.script = in_turn(Say(503, headers={"Retry-After": f"{LONGEST_WAIT * 10:.0f}"}))
        with pytest.raises(Unreachable, match="come back in 600 s"):
            http.ask(Request(url=talker.url))
    assert waits == [41.0]


@pytest.mark.parametrize("value", ["", "soon", "-1", "Wed, 21 Oct 2015 07:28:00 GMT", "٣"])
def test_a_retry_after_of_no_use_means_no_pause(value: str) -> None:
    """A date gone by and nonsense ask for no pause of their own."""
    assert retry_after(Answer(status=429, headers={"retry-after": value})) == 0.0


def test_nobody_there(http: Http, waits: Waits) -> None:
    """A refused connection is said in words; on this machine, one more attempt is enough."""
    with nobody_there() as url, pytest.raises(Unreachable) as caught:
        http.ask(Request(url=url))
    assert caught.value.said == "no connection: Connection refused"
    assert len(waits) == 1


def test_an_unknown_name(http: Http, waits: Waits) -> None:
    """A name that does not resolve is told as such, and asked for once more."""
    with pytest.raises(Unreachable, match="its name does not resolve"):
        http.ask(Request(url="http://no-such-host.invalid/"))
    assert len(waits) == 1


def test_a_host_that_says_nothing_at_all(waits: Waits) -> None:
    """Where no connection comes about, one more attempt is enough."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        # Nobody takes these, so there is room for no other.
        full = [socket.socket() for _ in range(4)]
        for one in full:
            one.settimeout(0)
            one.connect_ex(server.getsockname())
        http = Http(environ={}, wait=waits, connect=0.1)
        with pytest.raises(Unreachable) as caught:
            http.ask(Request(url=f"http://127.0.0.1:{server.getsockname()[1]}/"))
        for one in full:
            one.close()
    assert caught.value.said == "no connection in time"
    assert len(waits) == 1


def test_a_proxy_on_this_machine_that_is_not_there(waits: Waits) -> None:
    """It is told as the proxy's fault, and is no more worth waiting for."""
    with nobody_there() as url, pytest.raises(Unreachable) as caught:
        Http(environ={"http_proxy": url}, wait=waits).ask(Request(url="http://example.org/"))
    assert caught.value.said == "the proxy: no connection: Connection refused"
    assert len(waits) == 1


def test_silence_ends(http: Http) -> None:
    """A server that says nothing is left when the patience is over."""
    quiet = threading.Event()

    def script(heard: Heard) -> Say:
        del heard
        quiet.wait(30)
        return Say()

    with talking(script) as talker:
        request = Request(url=talker.url, method="POST", patience=0.05)
        with pytest.raises(Unreachable, match="no answer in time"):
            http.ask(request)
        quiet.set()


@pytest.mark.parametrize(
    "url", ["", "pypi", "ftp://x/y", "http://", "file:///etc/passwd", "http://h:x/"]
)
def test_only_http_is_spoken(http: Http, url: str) -> None:
    """What is no address of HTTP is a fault of the configuration."""
    with pytest.raises(InvalidConfiguration):
        http.ask(Request(url=url))


def test_an_answer_is_bounded(http: Http) -> None:
    """A longer answer than expected is not taken, packed or not."""
    bomb = gzip.compress(b"\0" * 10_000_000)
    with talking(Say(200, bomb, {"Content-Encoding": "gzip"})) as talker:
        with pytest.raises(Unreachable, match="longer than 1000000 bytes"):
            http.ask(Request(url=talker.url, limit=1_000_000))
        assert len(http.ask(Request(url=talker.url, limit=10_000_000)).body) == 10_000_000


def test_a_broken_encoding_is_told(http: Http) -> None:
    """A body that cannot be unpacked is no answer."""
    said = Say(200, b"no gzip", {"Content-Encoding": "gzip"})
    with talking(said) as talker, pytest.raises(Unreachable, match="cannot be unpacked"):
        http.ask(Request(url=talker.url))


def test_reads_follow_redirects_and_keep_the_login_at_home(http: Http) -> None:
    """The login goes on within one origin, and never to another one."""
    with talking(Say(200, b"there")) as other, talking(Say()) as talker:
        talker.script = in_turn(
            Say(301, headers={"Location": "/second"}),
            Say(302, headers={"Location": f"{other.url}/third"}),
        )
        answer = http.ask(Request(url=talker.url, authorization=Secret("Bearer t")))
        assert (answer.body, answer.url) == (b"there", f"{other.url}/third")
        assert [heard.headers.get("authorization") for heard in talker.heard] == ["Bearer t"] * 2
        assert "authorization" not in other.heard[0].headers


def test_writes_do_not_follow_redirects(http: Http) -> None:
    """A redirected write is given back, for the caller to judge."""
    with talking(Say(308, headers={"Location": "/legacy/"})) as talker:
        assert http.ask(Request(url=talker.url, method="POST")).status == 308
        assert len(talker.heard) == 1


def test_redirects_are_bounded(http: Http) -> None:
    """A circle of redirects ends."""
    said = Say(302, headers={"Location": "/again"})
    with talking(said) as talker, pytest.raises(Unreachable, match="redirects more than"):
        http.ask(Request(url=talker.url))


@pytest.mark.parametrize("where", ["http://plain.example/", "file:///etc/passwd", "https://[::1/"])
def test_a_redirect_out_of_encryption_is_refused(where: str) -> None:
    """An encrypted address does not lead to an open one."""
    with pytest.raises(Unreachable, match="redirects to"):
        redirected(
            Request(url="https://index.example/simple/"),
            Answer(status=302, headers={"location": where}),
        )


def test_a_login_in_an_address_is_used_and_not_shown(http: Http) -> None:
    """The login of an address becomes the authorization; errors do not show it."""
    with talking(Say(404)) as talker:
        url = talker.url.replace("//", f"//me:{TOKEN}@")
        answer = http.ask(Request(url=url))
        talker.script = in_turn(Say(500))
        with pytest.raises(Unreachable) as caught:
            http.ask(Request(url=url))
    assert talker.heard[0].headers["authorization"] == basic("me", Secret(TOKEN)).reveal()
    assert TOKEN not in f"{answer!r}{caught.value!r}{caught.value}"


def test_no_log_shows_a_secret(http: Http, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that is logged on the way, at any level, holds the login."""
    caplog.set_level(logging.DEBUG)
    with talking(Say(200)) as talker:
        request = Request(
            url=talker.url.replace("//", f"//u:{TOKEN}@"), authorization=bearer(Secret(TOKEN))
        )
        http.ask(request)
    assert "GET" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(request.authorization)


@pytest.mark.parametrize("token", ["two\nlines", "tab\t", "ümlaut"])
def test_a_token_that_no_header_can_carry(token: str) -> None:
    """Such a token is refused by us: the error of the HTTP library would show it."""
    with pytest.raises(CredentialMissing) as caught:
        bearer(Secret(token))
    assert token not in str(caught.value)


def test_download_is_whole_or_not_at_all(http: Http, tmp_path: Path) -> None:
    """A cut download is begun again, and a refused one leaves no file."""
    to = tmp_path / "wheel"
    content = b"0123456789" * 30_000
    with talking(in_turn(Say(200, content, cut_after=100_000), Say(200, content))) as talker:
        assert http.download(Request(url=talker.url), to).ok
        assert to.read_bytes() == content
        to.unlink()
        talker.script = in_turn(Say(404, b"gone", {"Content-Type": "text/plain"}))
        assert http.download(Request(url=talker.url), to).sentence == "gone (HTTP 404)"
        talker.script = in_turn(Say(200, content))
        with pytest.raises(StorageFault):
            http.download(Request(url=talker.url), tmp_path / "absent" / "wheel")
    assert list(tmp_path.iterdir()) == []


def test_one_client_serves_many_threads(http: Http) -> None:
    """Sixteen threads get each its own answer."""
    with talking(lambda heard: Say(200, heard.path.encode())) as talker:
        seen: list[bool] = []

        def one(number: int) -> None:
            seen.extend(
                http.ask(Request(url=f"{talker.url}/{number}-{turn}")).body
                == f"/{number}-{turn}".encode()
                for turn in range(10)
            )

        threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [True] * 160


PROXIES = {
    "HTTPS_PROXY": "http://proxy.example:3128",
    "http_proxy": "plain.example:80",
    "NO_PROXY": "internal.example, .corp.example,10.0.0.0/8,port.example:8443,::1",
}


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://pypi.example/simple/", "http://proxy.example:3128"),
        ("http://pypi.example/simple/", "http://plain.example:80"),
        ("https://internal.example/", ""),
        ("https://a.internal.example/", ""),
        ("https://notinternal.example/", "http://proxy.example:3128"),
        ("https://a.corp.example/", ""),
        ("https://10.1.2.3/", ""),
        ("https://11.1.2.3/", "http://proxy.example:3128"),
        ("https://port.example:8443/", ""),
        ("https://port.example/", "http://proxy.example:3128"),
        ("http://127.0.0.1:8000/", ""),
        ("http://localhost:8000/", ""),
        ("http://[::1]:8000/", ""),
    ],
)
def test_proxies_come_from_the_environment(url: str, proxy: str) -> None:
    """Variables of either case name the proxy; the loopback and NO_PROXY go without."""
    assert proxy_for(url, PROXIES) == proxy


def test_no_proxy_can_name_all() -> None:
    """``*`` exempts every host."""
    assert proxy_for("https://a.example/", {"ALL_PROXY": "http://p", "NO_PROXY": "*"}) == ""
    assert is_loopback("dock.localhost")


def test_a_proxy_is_used_and_its_login_not_shown() -> None:
    """A request goes through the proxy, with the proxy's login, which no error shows."""
    with talking(Say(200, b"by proxy")) as proxy:
        login = proxy.url.replace("//", f"//me:{TOKEN}@")
        http = Http(environ={"HTTP_PROXY": login}, wait=Waits())
        assert http.ask(Request(url="http://far.example/x")).body == b"by proxy"
        assert proxy.heard[0].path == "http://far.example/x"
        assert proxy.heard[0].headers["proxy-authorization"].startswith("Basic ")
    with nobody_there() as url:
        http = Http(environ={"HTTP_PROXY": url.replace("//", f"//me:{TOKEN}@")}, wait=Waits())
        with pytest.raises(Unreachable, match="the proxy: no connection") as caught:
            http.ask(Request(url="http://far.example/x"))
    assert TOKEN not in f"{caught.value!r}"


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    """The error names the variable, not OpenSSL's line numbers alone."""
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    for path in (tmp_path / "ca.pem", tmp_path / "absent.pem"):
        with pytest.raises(UsageFault, match=name):
            trust({name: str(path)})
    assert trust({name: str(tmp_path)}).verify_mode is ssl.CERT_REQUIRED


def test_no_encryption_where_none_is_spoken(http: Http, waits: Waits) -> None:
    """A plain server at an encrypted address is told as such."""
    said = Raw(b"HTTP/1.0 400 no\r\n\r\n")
    with talking(said) as talker, pytest.raises(Unreachable, match="no encrypted connection"):
        http.ask(Request(url=talker.url.replace("http:", "https:")))
    assert len(waits) == ATTEMPTS - 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate")
def test_a_certificate_counts_only_where_it_is_trusted(tmp_path: Path, waits: Waits) -> None:
    """An unknown certificate is told at once, with the way out; one in a bundle is trusted."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    with Talker(in_turn(Say(200, b"safe")), certificate=(certificate, key)) as talker:
        request = Request(url=f"https://127.0.0.1:{talker.port}/")
        trusting = Http(environ={"REQUESTS_CA_BUNDLE": str(certificate)}, wait=waits)
        assert trusting.ask(request).body == b"safe"
        with pytest.raises(Unreachable, match=r"not trusted: .*SSL_CERT_FILE"):
            Http(environ={}, wait=waits).ask(request)
    assert waits == []
