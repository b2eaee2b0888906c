"""The pages of the review desk, below /admin/review/. What they show and do is `chat.review`'s."""
