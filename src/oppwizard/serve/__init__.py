"""The app in a browser, for the person who started it (extra ``serve``)."""
