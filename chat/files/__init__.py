"""Files that are given along with questions: what they are by their content, and the folder of their bytes.

Knows no rows and no users. What is slow here (images, PDFs, the disk) is never called on the event loop.
"""
