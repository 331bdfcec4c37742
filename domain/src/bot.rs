//! The bot that guides women and girls facing violence to help: its menu, which people write and review, and how a message in
//! free text is matched to it. It writes nothing of its own, and says on every screen that it is automated.

pub mod classifier;
pub mod danger;
pub mod language;
pub mod menu;
mod words;
