//! Agents, their sessions, and the one-time link of the first owner.

use pronto_protocol::id::{AgentId, Millis};
use pronto_protocol::model::{Agent, Role};

use super::engine::connection::{Connection, DbError, Row};
use super::{AgentRow, AgentSession, Hash, Store, StoreError};

impl Store {
    /// Adds an agent; `false` when the e-mail is taken. E-mails differ neither by case nor by space around them.
    ///
    /// # Errors
    /// When the database does not answer or its disk is full; so with every method here.
    pub async fn add_agent(
        &self,
        agent: Agent,
        email: &str,
        password_hash: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let (email, password_hash) = (same_email(email), password_hash.to_owned());
        self.engine.write(move |c| add(c, &agent, &email, &password_hash, now)).await
    }

    /// The agent who signs in with this e-mail.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn agent_by_email(&self, email: &str) -> Result<Option<AgentRow>, StoreError> {
        let email = same_email(email);
        let read = move |c: &mut Connection| {
            let sql = "select agent_id, name, role, password_hash from agent where email = $1";
            let row = c.query_one(sql, &[(&email).into()])?;
            row.map(|mut row| Ok(AgentRow { agent: agent(&mut row)?, password_hash: row.text(3)? }))
                .transpose()
        };
        self.engine.read(read).await
    }

    /// The agent with this id.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn agent(&self, id: &AgentId) -> Result<Option<AgentRow>, StoreError> {
        let id = id.clone();
        let read = move |c: &mut Connection| {
            let sql = "select agent_id, name, role, password_hash from agent where agent_id = $1";
            let row = c.query_one(sql, &[id.as_str().into()])?;
            row.map(|mut row| Ok(AgentRow { agent: agent(&mut row)?, password_hash: row.text(3)? }))
                .transpose()
        };
        self.engine.read(read).await
    }

    /// How many agents there are.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn agents_count(&self) -> Result<u64, StoreError> {
        self.engine.read(count).await
    }

    /// Changes a password and ends all sessions of the agent.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn set_password(&self, id: &AgentId, password_hash: &str) -> Result<(), StoreError> {
        let (id, password_hash) = (id.clone(), password_hash.to_owned());
        let write = move |c: &mut Connection| {
            let sql = "update agent set password_hash = $2 where agent_id = $1";
            c.execute(sql, &[id.as_str().into(), (&password_hash).into()])?;
            c.execute("delete from agent_session where agent_id = $1", &[id.as_str().into()]).map(drop)
        };
        self.engine.write(write).await
    }

    /// Adds a session of an agent, and forgets those that ran out.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn add_agent_session(
        &self,
        token_hash: Hash,
        id: &AgentId,
        csrf: &str,
        now: Millis,
        expires_at: Millis,
    ) -> Result<(), StoreError> {
        let (token_hash, id, csrf) = (hex::encode(token_hash), id.clone(), csrf.to_owned());
        let write = move |c: &mut Connection| {
            c.execute("delete from agent_session where expires_at <= $1", &[now.into()])?;
            let sql = "insert into agent_session (token_hash, agent_id, csrf, created_at, expires_at) \
                values ($1, $2, $3, $4, $5)";
            let values =
                [(&token_hash).into(), id.as_str().into(), (&csrf).into(), now.into(), expires_at.into()];
            c.execute(sql, &values).map(drop)
        };
        self.engine.write(write).await
    }

    /// The session with this token, unless it ran out.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn agent_session(
        &self,
        token_hash: Hash,
        now: Millis,
    ) -> Result<Option<AgentSession>, StoreError> {
        let token_hash = hex::encode(token_hash);
        let read = move |c: &mut Connection| {
            let sql = "select a.agent_id, a.name, a.role, s.csrf from agent_session s \
                join agent a on a.agent_id = s.agent_id where s.token_hash = $1 and s.expires_at > $2";
            let row = c.query_one(sql, &[(&token_hash).into(), now.into()])?;
            row.map(|mut row| Ok(AgentSession { agent: agent(&mut row)?, csrf: row.text(3)? })).transpose()
        };
        self.engine.read(read).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn end_agent_session(&self, token_hash: Hash) -> Result<(), StoreError> {
        let token_hash = hex::encode(token_hash);
        let write = move |c: &mut Connection| {
            c.execute("delete from agent_session where token_hash = $1", &[(&token_hash).into()]).map(drop)
        };
        self.engine.write(write).await
    }

    /// Makes this the one token that sets up the first owner; an earlier one ends.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn set_setup_token(&self, token_hash: Hash, now: Millis) -> Result<(), StoreError> {
        let token_hash = hex::encode(token_hash);
        let write = move |c: &mut Connection| {
            c.execute("delete from setup_token", &[])?;
            let sql = "insert into setup_token (token_hash, created_at) values ($1, $2)";
            c.execute(sql, &[(&token_hash).into(), now.into()]).map(drop)
        };
        self.engine.write(write).await
    }

    /// Uses up the token and adds the first owner, in one transaction; `false`, and nothing changed, when the token is
    /// not the one or an agent is there already.
    ///
    /// # Errors
    /// As [`Store::add_agent`].
    pub async fn first_owner(
        &self,
        token_hash: Hash,
        owner: Agent,
        email: &str,
        password_hash: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let (token_hash, email) = (hex::encode(token_hash), same_email(email));
        let password_hash = password_hash.to_owned();
        let write = move |c: &mut Connection| {
            if count(c)? > 0 {
                return Ok(false);
            }
            // Of two at once, one deletes the row.
            let taken =
                c.execute("delete from setup_token where token_hash = $1", &[(&token_hash).into()])?;
            Ok(taken > 0 && add(c, &owner, &email, &password_hash, now)?)
        };
        self.engine.write(write).await
    }
}

fn same_email(email: &str) -> String {
    email.trim().to_lowercase()
}

fn count(c: &mut Connection) -> Result<u64, DbError> {
    c.query_one("select count(*) from agent", &[])?.map_or(Ok(0), |row| row.seq(0))
}

fn add(
    c: &mut Connection,
    agent: &Agent,
    email: &str,
    password_hash: &str,
    now: Millis,
) -> Result<bool, DbError> {
    let sql = "insert into agent (agent_id, name, role, email, password_hash, created_at) \
        values ($1, $2, $3, $4, $5, $6) on conflict (email) do nothing";
    let values = [
        agent.agent_id.as_str().into(),
        (&agent.name).into(),
        agent.role.as_str().into(),
        email.into(),
        password_hash.into(),
        now.into(),
    ];
    Ok(c.execute(sql, &values)? > 0)
}

/// An agent from the first columns of a row.
fn agent(row: &mut Row) -> Result<Agent, DbError> {
    Ok(Agent { agent_id: row.id(0)?, name: row.text(1)?, role: Role::parse(&row.text(2)?) })
}
