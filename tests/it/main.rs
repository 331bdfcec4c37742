//! Stories: one file for each part of what users see.

#![expect(clippy::unwrap_used, reason = "stories fail loudly")]

// Every file of the folder.
automod::dir!("it");
