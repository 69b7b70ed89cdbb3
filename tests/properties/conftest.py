"""`pytest tests/properties --hypothesis-profile=thorough` searches for much longer."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("thorough", deadline=None, max_examples=3000)
