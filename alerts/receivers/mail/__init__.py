"""What the ``email`` receiver is made of.

::

    stored body ──letter──▶ Letter ──compose──▶ bytes ──submit──▶ server
                    │                  │                   └ one recipient
                    │                  └ headers, text and HTML
                    └ words in one language, cut, links checked

Everything up to the bytes is pure: the same notification, target and notices give the same message
at every attempt. Only :mod:`alerts.receivers.mail.smtp` touches the network.
"""
