from __future__ import annotations

import base64
import ssl
import threading
import time

import pytest

from alerts.receivers.email import default_tls
from alerts.receivers.email.addresses import parse_mail_server
from alerts.receivers.email.smtp import OPERATOR_WAIT, SmtpStage, TlsMode, failure
from core.store import targets
from tests.alerts.harness import Harness, match
from tests.alerts.receivers.email.email_attempts import PATIENCE, accepted, mail, patient, refused
from tests.support.faultserver import closed_port
from tests.support.mailserver import Inbox, Line, mail_server, odd_server

# --- TLS and signing in --------------------------------------------------------------------


def test_starttls_is_used_where_it_is_offered(server_tls: ssl.SSLContext, ca_file: str) -> None:
    with mail_server(tls=server_tls) as inbox:
        accepted(mail(inbox.url(), ca_file=ca_file))
        assert [m.tls for m in inbox.inbox] == [True]
        accepted(mail(inbox.url(host="localhost"), ca_file=ca_file))
        accepted(mail(inbox.url(), starttls="never"))
        assert [m.tls for m in inbox.inbox] == [True, True, False]


def test_smtps_is_encrypted_from_the_first_byte(server_tls: ssl.SSLContext, ca_file: str) -> None:
    with mail_server(implicit=server_tls) as inbox:
        accepted(mail(inbox.url(scheme="smtps"), ca_file=ca_file))
        assert [m.tls for m in inbox.inbox] == [True]


def test_an_untrusted_certificate_waits_for_the_operator(
    server_tls: ssl.SSLContext,
) -> None:
    with mail_server(tls=server_tls) as inbox:
        error = refused(mail(inbox.url()))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, OPERATOR_WAIT)
    assert "certificate is not trusted" in error.message
    assert "`ca_file`" in error.message
    assert inbox.asked == []


def test_where_required_starttls_is_not_offered_nothing_is_sent(
    inbox: Inbox,
) -> None:
    error = refused(mail(inbox.url("ann:s3cret"), starttls="required"))
    assert (error.permanent, error.retry_after) == (False, OPERATOR_WAIT)
    assert "offers no STARTTLS" in error.message
    assert inbox.asked == []


def test_a_password_is_only_sent_encrypted_unless_the_operator_says_otherwise() -> None:
    def tls(url: str) -> TlsMode:
        server = parse_mail_server(url)
        assert server is not None
        return default_tls(server)

    assert tls("smtp://ann:x@mail.example.org") is TlsMode.REQUIRED
    assert tls("smtp://mail.example.org") is TlsMode.OFFERED
    assert tls("smtp://ann:x@localhost") is TlsMode.OFFERED


def test_what_was_received_before_tls_is_ignored(server_tls: ssl.SSLContext, ca_file: str) -> None:
    def inject(line: Line) -> None:
        line.say("220 odd.example.org")
        line.hear()
        line.say("250-odd.example.org", "250 STARTTLS")
        line.hear()
        line.say("220 go ahead", "250-odd.example.org", "250 AUTH PLAIN")
        secure = server_tls.wrap_socket(line.connection, server_side=True)
        line.heard.append(secure.recv(100).decode())
        secure.close()

    with odd_server(inject) as (port, lines):
        error = refused(mail(f"smtp://ann:s3cret@127.0.0.1:{port}", ca_file=ca_file))
    assert not error.unknown
    assert [heard[:8] for heard in lines[0].heard] == ["ehlo [12", "STARTTLS", "ehlo [12"]


@pytest.mark.parametrize("without", ["LOGIN", "PLAIN"])
def test_sign_in_works_by_plain_and_login_with_any_password(
    without: str, server_tls: ssl.SSLContext, ca_file: str
) -> None:
    accounts = {b"ann": "pässwörd:@%/".encode()}
    with mail_server(tls=server_tls, accounts=accounts, without=[without]) as inbox:
        url = inbox.url("ann:pässwörd:@%25/")
        accepted(mail(url, ca_file=ca_file))
        assert [(m.user, m.tls) for m in inbox.inbox] == [(b"ann", True)]


def test_a_refused_sign_in_waits_for_the_operator_and_shows_no_secret(
    harness: Harness, server_tls: ssl.SSLContext, ca_file: str
) -> None:
    with mail_server(tls=server_tls, accounts={b"ann": b"right"}) as inbox:
        patient(harness).set_receivers(mail(inbox.url("ann:s3cret"), ca_file=ca_file))
        harness.decide(match())
        assert harness.dispatcher().run_once() == {
            "delivered": 0,
            "failed": 0,
            "pending": 1,
            "held": 0,
        }
        [(_, delivery)] = harness.notifications()
        assert harness.last_error().startswith("Mail: sign-in refused: 535 5.7.8 ")
        assert (delivery.next_attempt_at - harness.now).total_seconds() > OPERATOR_WAIT - 1
        assert "s3cret" not in repr(harness.notifications()) + repr(harness.events())
        harness.set_receivers(mail(inbox.url("ann:right"), ca_file=ca_file))
        harness.advance(seconds=OPERATOR_WAIT)
        assert harness.dispatcher().run_once()["delivered"] == 1
    assert "This message" not in inbox.inbox[0].part("plain")


@pytest.mark.parametrize("offered", ["PLAIN LOGIN", "LOGIN"])
def test_a_refusal_that_repeats_the_sign_in_shows_none_of_it(
    harness: Harness, offered: str
) -> None:
    def refuse(line: Line) -> None:
        line.say("220 x")
        line.hear()
        line.say("250-x", f"250 AUTH {offered}")
        heard = line.hear()
        while "PLAIN " not in heard and len(line.heard) < 4:
            line.say("334 VXNlcm5hbWU6")
            heard = line.hear()
        text = heard.rpartition(" ")[2]
        line.say(
            f"535-5.7.8 {heard}: no such account: {text[:7]}", f"535 {text[7:]} {text.lower()}"
        )

    with odd_server(refuse) as (port, _):
        url = f"smtp://ann:s3cret%20w%C3%B6rd@127.0.0.1:{port}"
        patient(harness).set_receivers(mail(url, starttls="never"))
        harness.decide(match())
        harness.dispatcher().run_once()
    assert harness.last_error().startswith("Mail: sign-in refused: 535 5.7.8 ")
    assert "***" in harness.last_error()
    shown = "".join(harness.last_error().split()).lower()
    for plain in ("s3cret wörd", "\0ann\0s3cret wörd"):
        text = base64.b64encode(plain.encode()).decode().lower()
        assert all(text[i : i + 8] not in shown for i in range(4, len(text) - 8))


def test_a_sign_in_that_is_refused_for_two_hours_is_a_broken_target(
    harness: Harness, server_tls: ssl.SSLContext, ca_file: str
) -> None:
    with mail_server(tls=server_tls, accounts={b"ann": b"right"}) as inbox:
        patient(harness).set_receivers(mail(inbox.url("ann:s3cret"), ca_file=ca_file))
        harness.decide(match())
        harness.dispatcher().run_once()
        harness.advance(hours=2)
        harness.dispatcher().run_once()
    with harness.store.read() as connection:
        [(state, waiting)] = targets.list_broken(connection)
    assert (state.receiver, waiting) == (harness.notifications()[0][1].receiver, 1)
    assert "s3cret" not in repr(state)


def test_a_server_without_sign_in_waits_for_the_operator(inbox: Inbox) -> None:
    error = refused(mail(inbox.url("ann:s3cret")))
    assert "neither AUTH PLAIN nor LOGIN" in error.message
    assert error.retry_after == OPERATOR_WAIT


def test_smtps_to_a_server_without_tls_waits_for_the_operator(inbox: Inbox) -> None:
    error = refused(mail(inbox.url(scheme="smtps")))
    assert "no TLS" in error.message
    assert (error.retry_after, error.unknown) == (OPERATOR_WAIT, False)


# --- what goes wrong -----------------------------------------------------------------------


def test_a_refused_connection_is_retried() -> None:
    error = refused(mail(f"smtp://127.0.0.1:{closed_port()}"))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, None)
    assert error.message == "Mail: no connection (connection refused)."


def test_an_unknown_host_is_retried() -> None:
    error = refused(mail("smtp://mail.invalid"))
    assert error.message.startswith("Mail: no connection")
    assert not error.permanent


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_temporary_refusal_is_retried(inbox: Inbox, stage: str) -> None:
    inbox.answers[stage] = lambda _: "451 4.3.0 Later"
    error = refused(mail(inbox.url()))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, None)
    assert error.message.endswith("refused for now: 451 4.3.0 Later")


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_permanent_refusal_is_final(inbox: Inbox, stage: str) -> None:
    inbox.answers[stage] = lambda _: "554 5.7.1 No \x1b[31mthanks"
    error = refused(mail(inbox.url()))
    assert error.permanent
    assert error.message.endswith("refused: 554 5.7.1 No [31mthanks")


def test_a_message_larger_than_the_servers_limit_is_not_sent() -> None:
    with mail_server(data_size_limit=1000) as inbox:
        error = refused(mail(inbox.url()))
        assert (error.permanent, inbox.asked) == (True, [])
    assert "and the server takes 1000" in error.message


@pytest.mark.parametrize(
    ("stage", "code", "permanent", "wait"),
    [
        (SmtpStage.GREETING, 554, False, OPERATOR_WAIT),
        (SmtpStage.GREETING, 421, False, None),
        (SmtpStage.TLS, 454, False, None),
        (SmtpStage.TLS, 501, False, OPERATOR_WAIT),
        (SmtpStage.SIGN_IN, 454, False, None),
        (SmtpStage.SENDER, 550, False, OPERATOR_WAIT),
        (SmtpStage.SENDER, 552, True, None),
        (SmtpStage.RECIPIENT, 530, False, OPERATOR_WAIT),
        (SmtpStage.RECIPIENT, 552, True, None),
        (SmtpStage.DATA, 503, True, None),
        (SmtpStage.END, 452, False, None),
        (SmtpStage.END, 550, True, None),
        (SmtpStage.RECIPIENT, 299, False, None),
    ],
)
def test_what_a_reply_means_depends_on_the_stage(
    stage: SmtpStage, code: int, permanent: bool, wait: float | None
) -> None:
    error = failure(stage, code, "words")
    assert (error.permanent, error.retry_after, error.unknown) == (permanent, wait, False)


def test_a_missing_reply_is_unknown_only_after_the_message_was_sent() -> None:
    assert failure(SmtpStage.END, -1).unknown
    assert failure(SmtpStage.END, ConnectionResetError()).unknown
    assert failure(SmtpStage.END, TimeoutError()).unknown
    for stage in SmtpStage:
        if stage is not SmtpStage.END:
            assert not failure(stage, -1).unknown
            assert not failure(stage, TimeoutError()).unknown


def test_a_connection_cut_before_the_message_is_known_to_have_sent_nothing() -> None:
    with odd_server(lambda line: line.say("220 x")) as (port, _):
        error = refused(mail(f"smtp://127.0.0.1:{port}"))
    assert error.message == "Mail: the connection was cut before the message was sent."
    assert (error.unknown, error.permanent) == (False, False)


def test_a_server_that_does_not_speak_smtp_is_retried() -> None:
    with odd_server(lambda line: line.say("HTTP/1.1 200 OK", "")) as (port, _):
        error = refused(mail(f"smtp://127.0.0.1:{port}"))
    assert error.message == "Mail: no greeting, not an SMTP answer."
    assert (error.unknown, error.permanent) == (False, False)


def test_a_server_that_sends_a_byte_at_a_time_is_cut_off_in_time() -> None:
    stop = threading.Event()

    def drip(line: Line) -> None:
        while not stop.wait(0.05):
            line.connection.sendall(b"2")

    with odd_server(drip) as (port, _):
        began = time.monotonic()
        error = refused(mail(f"smtp://127.0.0.1:{port}"), limit=0.5)
        assert time.monotonic() - began < 5
        stop.set()
    assert (error.message, error.unknown) == ("Mail: no answer in time.", False)


@pytest.mark.slow
def test_no_reply_after_the_final_dot_is_unknown() -> None:
    stop = threading.Event()

    def silent(line: Line) -> None:
        line.until_data()
        stop.wait(PATIENCE)

    with odd_server(silent) as (port, _):
        error = refused(mail(f"smtp://127.0.0.1:{port}"), limit=1.5)
        stop.set()
    assert error.unknown


def test_a_server_that_closes_without_answering_quit_has_accepted_the_message() -> None:
    def rude(line: Line) -> None:
        line.until_data()
        line.say("250 2.0.0 accepted")

    with odd_server(rude) as (port, _):
        assert accepted(mail(f"smtp://127.0.0.1:{port}")) == "SMTP 250 2.0.0 accepted"


def test_a_server_that_knows_only_helo_is_used() -> None:
    def old(line: Line) -> None:
        line.say("220 old.example.org")
        assert line.hear().startswith("ehlo ")
        line.say("502 What?")
        assert line.hear().startswith("helo ")
        line.say("250 hello")
        while line.hear().upper() != "DATA":
            line.say("250 OK")
        line.say("354 go ahead")
        line.hear_message()
        line.say("250 OK")

    with odd_server(old) as (port, lines):
        assert accepted(mail(f"smtp://127.0.0.1:{port}")) == "SMTP 250 OK"
    assert "mail FROM:<alerts@example.org>" in lines[0].heard
