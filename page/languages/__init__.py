"""The page's words in other languages than English; a test holds each to the same keys and placeholders."""
