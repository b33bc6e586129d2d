"""What both images share: configuration, HTTP, tokens, logs, and where the member file lies.

Nothing in here imports `export`, `report` or pandas: a change to one function's own code leaves the other's image
as it was.
"""
