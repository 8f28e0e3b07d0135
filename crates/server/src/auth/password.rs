//! Passwords: argon2id on threads of their own, few at a time. Never compares or logs a password itself.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::Semaphore;

/// The shortest password an agent may choose, in characters.
pub const MIN_CHARS: usize = 10;
/// The longest, in bytes, so that hashing has a bound.
pub const MAX_BYTES: usize = 1024;

/// Hashes and checks passwords; a stream of logins cannot take more memory than a few hashes at a time.
pub struct Passwords {
    permits: Semaphore,
    /// Checked when the name is unknown, so that an unknown name takes as long as a known one.
    decoy: String,
}

impl Passwords {
    /// A hasher that runs at most two hashes at once (19 MiB each).
    #[must_use]
    pub fn new() -> Self {
        Self { permits: Semaphore::new(2), decoy: hash_now(&super::secret::mint()) }
    }

    /// The hash to store for `password`.
    pub async fn hash(&self, password: String) -> String {
        self.run(move || hash_now(&password)).await
    }

    /// Whether `password` is the one behind `stored`; `None` stands for an unknown name and takes as long.
    pub async fn verify(&self, password: String, stored: Option<String>) -> bool {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        self.run(move || verify_now(&password, &stored)).await && known
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn hash_now(password: &str) -> String {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).expect("the operating system gives random bytes");
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .expect("the default parameters hash")
        .to_string()
}

fn verify_now(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_name_passes() {
        let passwords = Passwords::new();
        let stored = passwords.hash("correct horse".to_owned()).await;
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse".to_owned(), Some(stored.clone())).await);
        assert!(!passwords.verify("wrong horse".to_owned(), Some(stored)).await);
        assert!(!passwords.verify("correct horse".to_owned(), None).await);
    }
}
