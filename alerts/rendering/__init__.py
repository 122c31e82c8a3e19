"""What people read of a notification: content in their language, then a receiver's form.

::

    stored body ──content──▶ MessageContent ──receiver──▶ bytes or JSON of one kind
                    └ words in one language, lengths bounded, links checked

Everything here is pure: the same notification, target and notices give the same content.
"""
