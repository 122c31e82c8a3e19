"""The console's read model, and the actions of the people who use it.

::

    stories, alerts, cards ──▶ story_list ─ story_card    the start page
                           ──▶ story_page                 one story
    feeds, topics, deliveries ──▶ overviews               the other pages
    people ──▶ actions ──▶ alerts, cards, outbox
"""
