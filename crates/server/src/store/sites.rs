//! Sites, their signing secrets and their API keys.

use pronto_protocol::api::SiteSummary;
use pronto_protocol::id::{ApiKeyId, Millis, SiteKey};
use pronto_protocol::model::{ApiKey, SiteSettings};

use super::engine::connection::{Connection, DbError, Row};
use super::{ApiKeyRow, Hash, Site, Store, StoreError, WebhookSecret};

/// Live signing secrets of a site: the new one and the one it replaces.
const SECRETS_LIVE: usize = 2;

impl Store {
    /// The site with this key.
    ///
    /// # Errors
    /// When the database does not answer; so with every method here.
    pub async fn site(&self, key: &SiteKey) -> Result<Option<Site>, StoreError> {
        let key = key.clone();
        self.engine.read(move |c| site(c, &key)).await
    }

    /// All sites, by name.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn sites(&self) -> Result<Vec<SiteSummary>, StoreError> {
        let read = |c: &mut Connection| {
            let rows = c.query("select site_key, settings from site order by created_at, site_key", &[])?;
            rows.into_iter()
                .map(|mut row| Ok(SiteSummary { site: row.id(0)?, name: settings(&mut row, 1)?.name }))
                .collect()
        };
        self.engine.read(read).await
    }

    /// Makes the site, or changes its settings; when it was made and whether it is the demo stay as they were.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn put_site(
        &self,
        key: &SiteKey,
        settings: &SiteSettings,
        demo: bool,
        now: Millis,
    ) -> Result<(), StoreError> {
        let (key, backend) = (key.clone(), settings.backend_url.clone());
        let json = to_json(settings)?;
        let write = move |c: &mut Connection| {
            let sql = "insert into site (site_key, settings, backend_url, demo, created_at) values ($1, $2, $3, $4, $5) \
                on conflict (site_key) do update set settings = excluded.settings, backend_url = excluded.backend_url";
            let values =
                [key.as_str().into(), (&json).into(), backend.as_ref().into(), demo.into(), now.into()];
            c.execute(sql, &values).map(drop)
        };
        self.engine.write(write).await
    }

    /// The live signing secrets of a site, newest first, two at most.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn webhook_secrets(&self, key: &SiteKey) -> Result<Vec<WebhookSecret>, StoreError> {
        let key = key.clone();
        self.engine.read(move |c| secrets(c, &key)).await
    }

    /// Adds a signing secret; the older of two before it ends.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn add_webhook_secret(
        &self,
        key: &SiteKey,
        secret: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let (key, secret) = (key.clone(), secret.to_owned());
        let write = move |c: &mut Connection| {
            // Secrets made within one millisecond, or by a clock that went back, still have an order.
            let newest = secrets(c, &key)?.first().map_or(now, |newest| now.max(newest.created_at.plus(1)));
            let sql = "insert into webhook_secret (site_key, secret, created_at) values ($1, $2, $3) \
                on conflict (site_key, secret) do nothing";
            c.execute(sql, &[key.as_str().into(), (&secret).into(), newest.into()])?;
            if let Some(last) = secrets(c, &key)?.get(SECRETS_LIVE - 1) {
                let sql = "delete from webhook_secret where site_key = $1 and created_at < $2";
                c.execute(sql, &[key.as_str().into(), last.created_at.into()])?;
            }
            Ok(())
        };
        self.engine.write(write).await
    }

    /// The live API keys of a site, oldest first.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn api_keys(&self, key: &SiteKey) -> Result<Vec<ApiKey>, StoreError> {
        let key = key.clone();
        let read = move |c: &mut Connection| {
            let sql = "select api_key_id, name, created_at from api_key \
                where site_key = $1 and revoked_at is null order by created_at, api_key_id";
            let rows = c.query(sql, &[key.as_str().into()])?;
            let key = |mut row: Row| {
                Ok(ApiKey { api_key_id: row.id(0)?, name: row.text(1)?, created_at: row.at(2)? })
            };
            rows.into_iter().map(key).collect()
        };
        self.engine.read(read).await
    }

    /// Adds an API key.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn add_api_key(
        &self,
        key: &SiteKey,
        id: ApiKeyId,
        name: &str,
        secret_hash: Hash,
        now: Millis,
    ) -> Result<(), StoreError> {
        let (key, name, secret_hash) = (key.clone(), name.to_owned(), hex::encode(secret_hash));
        let write = move |c: &mut Connection| {
            let sql = "insert into api_key (api_key_id, site_key, name, secret_hash, created_at) \
                values ($1, $2, $3, $4, $5)";
            let values =
                [id.as_str().into(), key.as_str().into(), (&name).into(), (&secret_hash).into(), now.into()];
            c.execute(sql, &values).map(drop)
        };
        self.engine.write(write).await
    }

    /// Ends an API key of this site; whether there was one.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn revoke_api_key(
        &self,
        key: &SiteKey,
        id: &ApiKeyId,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let (key, id) = (key.clone(), id.clone());
        let write = move |c: &mut Connection| {
            let sql = "update api_key set revoked_at = $3 \
                where site_key = $1 and api_key_id = $2 and revoked_at is null";
            Ok(c.execute(sql, &[key.as_str().into(), id.as_str().into(), now.into()])? > 0)
        };
        self.engine.write(write).await
    }

    /// The live API key with this id.
    ///
    /// # Errors
    /// As [`Store::site`].
    pub async fn api_key(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRow>, StoreError> {
        let id = id.clone();
        let read = move |c: &mut Connection| {
            let sql =
                "select site_key, secret_hash from api_key where api_key_id = $1 and revoked_at is null";
            let row = c.query_one(sql, &[id.as_str().into()])?;
            row.map(|mut row| Ok(ApiKeyRow { site: row.id(0)?, secret_hash: hash(&mut row, 1)? })).transpose()
        };
        self.engine.read(read).await
    }
}

pub(super) fn site(c: &mut Connection, key: &SiteKey) -> Result<Option<Site>, DbError> {
    let row = c.query_one(
        "select settings, demo, created_at from site where site_key = $1",
        &[key.as_str().into()],
    )?;
    row.map(|mut row| {
        Ok(Site {
            key: key.clone(),
            settings: settings(&mut row, 0)?,
            demo: row.int(1)? != 0,
            created_at: row.at(2)?,
        })
    })
    .transpose()
}

pub(super) fn secrets(c: &mut Connection, key: &SiteKey) -> Result<Vec<WebhookSecret>, DbError> {
    let sql =
        "select secret, created_at from webhook_secret where site_key = $1 order by created_at desc limit 2";
    let rows = c.query(sql, &[key.as_str().into()])?;
    rows.into_iter()
        .map(|mut row| Ok(WebhookSecret { secret: row.text(0)?, created_at: row.at(1)? }))
        .collect()
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

/// [`from_json`] where there may be nothing.
pub(in crate::store) fn opt_json<T: serde::de::DeserializeOwned>(
    row: &mut Row,
    column: usize,
) -> Result<Option<T>, DbError> {
    let bad = |_| DbError::Other(format!("the JSON of column {column} cannot be read"));
    row.opt_text(column)?.map(|text| serde_json::from_str(&text).map_err(bad)).transpose()
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(row: &mut Row, column: usize) -> Result<T, DbError> {
    parse(&row.text(column)?, column)
}

/// What stands in a column as JSON.
pub(super) fn parse<T: serde::de::DeserializeOwned>(json: &str, column: usize) -> Result<T, DbError> {
    // serde_json's own words may quote the value.
    serde_json::from_str(json)
        .map_err(|_| DbError::Other(format!("the JSON of column {column} cannot be read")))
}

fn settings(row: &mut Row, column: usize) -> Result<SiteSettings, DbError> {
    from_json(row, column)
}

fn hash(row: &mut Row, column: usize) -> Result<Hash, DbError> {
    let mut hash = [0; 32];
    hex::decode_to_slice(row.text(column)?, &mut hash)
        .map_err(|_| DbError::Other(format!("the hash of column {column} cannot be read")))?;
    Ok(hash)
}
