"""The transparency log as anybody reads it: for people a page, for programs what C2SP tlog-tiles says."""
