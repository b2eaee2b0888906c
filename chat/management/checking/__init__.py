"""What `chat_doctor` looks at: each file is one part of the site, and each look gives findings."""
