"""The needs assessment that people read: a site, a workbook and a document, made from one published release and nothing else.

`build.build` makes all of it. The caller passes the folder of a release, the report's specification and the folder to write.
"""
