from __future__ import annotations

import ssl
import threading
import time

import pytest

from alerts.receivers import Receipt
from alerts.receivers.email import default_tls
from alerts.receivers.email.addresses import server
from alerts.receivers.email.smtp import SLOWLY, SmtpStage, TlsMode, failure
from tests.alerts.receivers.email.email_attempts import PATIENCE, mail, patient, refused, send
from tests.alerts.harness import AlertsHarness, match
from tests.support.faultserver import closed_port
from tests.support.mailserver import Inbox, Line, mail_server, odd_server

# --- TLS and signing in --------------------------------------------------------------------


def test_starttls_is_used_where_it_is_offered(theirs: ssl.SSLContext, ca_file: str) -> None:
    with mail_server(tls=theirs) as inbox:
        send(mail(inbox.url(), ca_file=ca_file))
        assert [m.tls for m in inbox.inbox] == [True]
        send(mail(inbox.url(host="localhost"), ca_file=ca_file))
        send(mail(inbox.url(), starttls="never"))
        assert [m.tls for m in inbox.inbox] == [True, True, False]


def test_smtps_is_encrypted_from_the_first_byte(theirs: ssl.SSLContext, ca_file: str) -> None:
    with mail_server(implicit=theirs) as inbox:
        assert isinstance(send(mail(inbox.url(scheme="smtps"), ca_file=ca_file)), Receipt)
        assert [m.tls for m in inbox.inbox] == [True]


def test_a_certificate_nobody_vouches_for_is_the_operators_to_mend(
    theirs: ssl.SSLContext,
) -> None:
    with mail_server(tls=theirs) as inbox:
        error = refused(mail(inbox.url()))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, SLOWLY)
    assert "certificate is not trusted" in error.message
    assert "`ca_file`" in error.message
    assert inbox.asked == []


def test_required_starttls_that_is_not_offered_stops_before_anything_is_said(
    inbox: Inbox,
) -> None:
    error = refused(mail(inbox.url("ann:s3cret"), starttls="required"))
    assert (error.permanent, error.retry_after) == (False, SLOWLY)
    assert "offers no STARTTLS" in error.message
    assert inbox.asked == []


def test_a_password_crosses_no_network_in_the_clear_unless_told_to() -> None:
    def tls(url: str) -> TlsMode:
        where = server(url)
        assert where is not None
        return default_tls(where)

    assert tls("smtp://ann:x@mail.example.org") is TlsMode.REQUIRED
    assert tls("smtp://mail.example.org") is TlsMode.OFFERED
    assert tls("smtp://ann:x@localhost") is TlsMode.OFFERED


def test_what_was_said_before_tls_counts_for_nothing(theirs: ssl.SSLContext, ca_file: str) -> None:
    def inject(line: Line) -> None:
        line.say("220 odd.example.org")
        line.hear()
        line.say("250-odd.example.org", "250 STARTTLS")
        line.hear()
        line.say("220 go ahead", "250-odd.example.org", "250 AUTH PLAIN")
        secure = theirs.wrap_socket(line.connection, server_side=True)
        line.heard.append(secure.recv(100).decode())
        secure.close()

    with odd_server(inject) as (port, lines):
        error = refused(mail(f"smtp://ann:s3cret@127.0.0.1:{port}", ca_file=ca_file))
    assert not error.unknown
    assert [heard[:8] for heard in lines[0].heard] == ["ehlo [12", "STARTTLS", "ehlo [12"]


@pytest.mark.parametrize("without", ["LOGIN", "PLAIN"])
def test_we_sign_in_by_either_way_with_any_password(
    without: str, theirs: ssl.SSLContext, ca_file: str
) -> None:
    accounts = {b"ann": "pässwörd:@%/".encode()}
    with mail_server(tls=theirs, accounts=accounts, without=[without]) as inbox:
        url = inbox.url("ann:pässwörd:@%25/")
        assert isinstance(send(mail(url, ca_file=ca_file)), Receipt)
        assert [(m.user, m.tls) for m in inbox.inbox] == [(b"ann", True)]


def test_a_refused_sign_in_waits_for_the_operator_and_shows_no_secret(
    harness: AlertsHarness, theirs: ssl.SSLContext, ca_file: str
) -> None:
    with mail_server(tls=theirs, accounts={b"ann": b"right"}) as inbox:
        patient(harness).set_receivers(mail(inbox.url("ann:s3cret"), ca_file=ca_file))
        harness.decide(match())
        assert harness.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 1}
        [(_, delivery)] = harness.notifications()
        assert delivery.last_error.startswith("Mail: sign-in refused: 535 5.7.8 ")
        assert (delivery.next_attempt_at - harness.now).total_seconds() > SLOWLY - 1
        assert "s3cret" not in repr(harness.notifications()) + repr(harness.events())
        harness.set_receivers(mail(inbox.url("ann:right"), ca_file=ca_file))
        harness.advance(seconds=SLOWLY)
        assert harness.dispatcher().run_once()["delivered"] == 1
    assert "This message" not in inbox.inbox[0].part("plain")


def test_a_server_without_sign_in_is_the_operators_to_mend(inbox: Inbox) -> None:
    error = refused(mail(inbox.url("ann:s3cret")))
    assert "neither AUTH PLAIN nor LOGIN" in error.message
    assert error.retry_after == SLOWLY


def test_smtps_to_a_server_that_does_not_speak_it_is_the_operators_to_mend(inbox: Inbox) -> None:
    error = refused(mail(inbox.url(scheme="smtps")))
    assert "no TLS" in error.message
    assert (error.retry_after, error.unknown) == (SLOWLY, False)


# --- what goes wrong -----------------------------------------------------------------------


def test_nothing_listens() -> None:
    error = refused(mail(f"smtp://127.0.0.1:{closed_port()}"))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, None)
    assert error.message == "Mail: no connection (connection refused)."


def test_a_name_that_leads_nowhere_is_tried_again() -> None:
    error = refused(mail("smtp://mail.invalid"))
    assert error.message.startswith("Mail: no connection")
    assert not error.permanent


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_what_the_server_refuses_for_now_is_tried_again(inbox: Inbox, stage: str) -> None:
    inbox.answers[stage] = lambda _: "451 4.3.0 Later"
    error = refused(mail(inbox.url()))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, None)
    assert error.message.endswith("refused for now: 451 4.3.0 Later")


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_what_the_server_refuses_for_good_is_over(inbox: Inbox, stage: str) -> None:
    inbox.answers[stage] = lambda _: "554 5.7.1 No \x1b[31mthanks"
    error = refused(mail(inbox.url()))
    assert error.permanent
    assert error.message.endswith("refused: 554 5.7.1 No [31mthanks")


def test_a_message_larger_than_the_server_takes_is_over_before_it_is_sent() -> None:
    with mail_server(data_size_limit=1000) as inbox:
        error = refused(mail(inbox.url()))
        assert (error.permanent, inbox.asked) == (True, [])
    assert "and the server takes 1000" in error.message


@pytest.mark.parametrize(
    ("stage", "code", "permanent", "wait"),
    [
        (SmtpStage.GREETING, 554, False, SLOWLY),
        (SmtpStage.GREETING, 421, False, None),
        (SmtpStage.TLS, 454, False, None),
        (SmtpStage.TLS, 501, False, SLOWLY),
        (SmtpStage.SIGN_IN, 454, False, None),
        (SmtpStage.SENDER, 550, False, SLOWLY),
        (SmtpStage.SENDER, 552, True, None),
        (SmtpStage.RECIPIENT, 530, False, SLOWLY),
        (SmtpStage.RECIPIENT, 552, True, None),
        (SmtpStage.DATA, 503, True, None),
        (SmtpStage.END, 452, False, None),
        (SmtpStage.END, 550, True, None),
        (SmtpStage.RECIPIENT, 299, False, None),
    ],
)
def test_what_an_answer_means_depends_on_how_far_we_came(
    stage: SmtpStage, code: int, permanent: bool, wait: float | None
) -> None:
    error = failure(stage, code, "words")
    assert (error.permanent, error.retry_after, error.unknown) == (permanent, wait, False)


def test_no_answer_at_all_is_unknown_only_after_the_message() -> None:
    assert failure(SmtpStage.END, -1).unknown
    assert failure(SmtpStage.END, ConnectionResetError()).unknown
    assert failure(SmtpStage.END, TimeoutError()).unknown
    for stage in SmtpStage:
        if stage is not SmtpStage.END:
            assert not failure(stage, -1).unknown
            assert not failure(stage, TimeoutError()).unknown


def test_a_connection_cut_before_the_message_has_told_nobody() -> None:
    with odd_server(lambda line: line.say("220 x")) as (port, _):
        error = refused(mail(f"smtp://127.0.0.1:{port}"))
    assert error.message == "Mail: the connection was cut before the message was sent."
    assert (error.unknown, error.permanent) == (False, False)


def test_what_is_no_mail_server_is_tried_again() -> None:
    with odd_server(lambda line: line.say("HTTP/1.1 200 OK", "")) as (port, _):
        error = refused(mail(f"smtp://127.0.0.1:{port}"))
    assert error.message == "Mail: no greeting, not an SMTP answer."
    assert (error.unknown, error.permanent) == (False, False)


def test_a_server_that_says_a_byte_at_a_time_holds_nobody_up() -> None:
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


def test_silence_after_the_dot_is_unknown() -> None:
    stop = threading.Event()

    def silent(line: Line) -> None:
        line.until_data()
        stop.wait(PATIENCE)

    with odd_server(silent) as (port, _):
        error = refused(mail(f"smtp://127.0.0.1:{port}"), limit=1.5)
        stop.set()
    assert error.unknown


def test_a_server_that_hangs_up_instead_of_saying_goodbye_has_taken_it() -> None:
    def rude(line: Line) -> None:
        line.until_data()
        line.say("250 2.0.0 mine")

    with odd_server(rude) as (port, _):
        assert send(mail(f"smtp://127.0.0.1:{port}")) == Receipt("SMTP 250 2.0.0 mine")


def test_a_server_that_knows_only_the_old_greeting_will_do() -> None:
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
        assert send(mail(f"smtp://127.0.0.1:{port}")) == Receipt("SMTP 250 OK")
    assert "mail FROM:<alerts@example.org>" in lines[0].heard
