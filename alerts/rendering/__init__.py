"""What people read of a notification: content in their language, for a receiver to lay out.

::

    stored body ──message_content()──▶ MessageContent ──receiver──▶ e-mail, JSON of a vendor
                    └ texts in one language, lengths limited, links checked

Everything here is pure: the same notification, target and notices give the same content.
"""
