//! The forms a person fills to get in, and the one that changes their password. No form prints what it holds.

/// What is the matter with a form, as a sentence to show.
pub type Problem = Option<String>;

/// The first owner's form.
#[derive(Default)]
pub struct SetupForm {
    /// From the one-time link.
    pub token: String,
    /// What visitors will see.
    pub name: String,
    /// What the owner will sign in with.
    pub email: String,
    /// The password to be.
    pub password: String,
    /// Whether it is on its way.
    pub busy: bool,
    /// What is the matter.
    pub problem: Problem,
}

/// The form to sign in.
#[derive(Default)]
pub struct SignInForm {
    /// The e-mail.
    pub email: String,
    /// The password.
    pub password: String,
    /// Whether it is on its way.
    pub busy: bool,
    /// What is the matter.
    pub problem: Problem,
    /// Whether a session ended while its agent worked.
    pub ended: bool,
}

/// The form to change a password.
#[derive(Default)]
pub struct AccountForm {
    /// The one in use.
    pub current: String,
    /// The one to be.
    pub new: String,
    /// Whether it is on its way.
    pub busy: bool,
    /// What is the matter.
    pub problem: Problem,
    /// Whether it was changed.
    pub done: bool,
}

/// A field of one of these forms.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A person's name.
    Name,
    /// An e-mail.
    Email,
    /// The password, or the one in use.
    Password,
    /// The password to be.
    NewPassword,
}

/// The least length of a password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 10;

/// Whether a password is long enough.
#[must_use]
pub fn is_long_enough(password: &str) -> bool {
    password.chars().count() >= PASSWORD_MIN_CHARS
}
