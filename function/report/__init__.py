"""The image `report`: the figures a board asks for, computed with pandas from the current member file.

current file -> the columns needed -> figures -> JSON or CSV
"""
