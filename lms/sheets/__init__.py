"""Tables that people keep in Excel or as text: read without harm, given out so that nothing is ever a formula."""
