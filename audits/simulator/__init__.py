"""The Claude API, its status page and an application, as one real HTTP server.

The demo runs against it, and the tests break it in every way the real ones break. It knows no
Django, no model and nothing of the probes that look at it.
"""
