"""The image `export`: the member table as one current Parquet file on S3.

    scan -> spool (learns each attribute's shape) -> row groups -> upload -> clear away older files

Memory stays flat whatever the table's size: one scan page, one row group and one upload part at a time.
"""
