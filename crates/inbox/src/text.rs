//! Every word a person reads here, in one table: a column per language, a row per sentence. A row that lacks a column
//! does not compile. Views hold no literal of their own.

macro_rules! table {
    ($words:ident; $($name:ident: $en:literal, $it:literal;)*) => {
        /// The words of one language.
        #[expect(missing_docs, reason = "each field is told by its own words")]
        pub struct $words { $(pub $name: &'static str,)* }

        static EN: $words = $words { $($name: $en,)* };
        static IT: $words = $words { $($name: $it,)* };
    };
}

pub mod report;
pub mod visitors;

/// A language of the screen. One more is a variant here and a column in the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lang {
    /// English.
    En,
    /// Italian.
    It,
}

impl Lang {
    /// All of them, as the chooser lists them.
    pub const ALL: [Self; 2] = [Self::En, Self::It];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::It => "it",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::It => "Italiano",
        }
    }

    /// The direction its text runs in.
    #[must_use]
    pub const fn dir(self) -> &'static str {
        match self {
            Self::En | Self::It => "ltr",
        }
    }

    /// The language of a tag such as `it-CH`.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of the wanted languages that there is.
    #[must_use]
    pub fn pick<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        wanted.into_iter().find_map(Self::of).unwrap_or(Self::En)
    }

    /// Its words.
    #[must_use]
    pub fn strings(self) -> &'static Strings {
        match self {
            Self::En => &EN,
            Self::It => &IT,
        }
    }
}

/// `{n}` and the like replaced.
#[must_use]
pub fn fill(text: &str, name: &str, value: &str) -> String {
    text.replace(name, value)
}

/// A span of whole minutes as a person would say it in a narrow column.
#[must_use]
pub fn short_span(words: &Strings, minutes: i64) -> String {
    let (text, n) = match minutes {
        ..1 => return words.span_now.to_owned(),
        1..60 => (words.span_minutes, minutes),
        60..1_440 => (words.span_hours, minutes / 60),
        _ => (words.span_days, minutes / 1_440),
    };
    fill(text, "{n}", &n.to_string())
}

/// A span of whole minutes in its two largest units: what is left of a window, or by how much it was missed. Of a week or
/// more only the days count.
#[must_use]
pub fn exact_span(words: &Strings, minutes: i64) -> String {
    let (large, small, each) = match minutes {
        ..1 => return words.span_less.to_owned(),
        1..60 => return fill(words.span_minutes, "{n}", &minutes.to_string()),
        60..1_440 => (words.span_hours, words.span_minutes, 60),
        10_080.. => return short_span(words, minutes),
        _ => (words.span_days, words.span_hours, 1_440),
    };
    let rest = minutes % each / (if each == 60 { 1 } else { 60 });
    let first = fill(large, "{n}", &(minutes / each).to_string());
    if rest == 0 { first } else { format!("{first}\u{a0}{}", fill(small, "{n}", &rest.to_string())) }
}

table! {
    Strings;

    app: "Pronto inbox", "Posta di Pronto";
    inbox: "Inbox", "Posta";
    loading: "Loading", "Caricamento";
    unreachable: "The server cannot be reached. It is tried again every few seconds.", "Il server non risponde. Riproviamo ogni pochi secondi.";
    try_now: "Try now", "Riprova ora";
    language: "Language", "Lingua";

    sign_in: "Sign in", "Accedi";
    session_ended: "Your session has ended. Sign in to go on; what you wrote is still here.", "La sessione è scaduta. Accedi per continuare: quello che hai scritto è ancora qui.";
    email: "E-mail", "E-mail";
    password: "Password", "Password";
    signing_in: "Signing in…", "Accesso in corso…";
    need_both: "Write your e-mail and your password.", "Scrivi e-mail e password.";
    bad_credentials: "This e-mail and password do not belong together.", "E-mail e password non corrispondono.";

    setup: "Set up your inbox", "Prepara la tua posta";
    setup_lead: "You are the first here, so you will be the owner.", "Sei la prima persona qui: sarai tu a gestire tutto.";
    your_name: "Your name", "Il tuo nome";
    your_name_hint: "Visitors see it beside your answers.", "Chi scrive lo vede accanto alle tue risposte.";
    password_hint: "At least 10 characters.", "Almeno 10 caratteri.";
    setup_go: "Open the inbox", "Apri la posta";
    setting_up: "Setting up…", "Un momento…";
    need_name: "Write the name that visitors will see.", "Scrivi il nome che vedrà chi ti scrive.";
    need_email: "Write your e-mail; you sign in with it.", "Scrivi la tua e-mail: serve per accedere.";
    password_short: "The password needs at least 10 characters.", "La password deve avere almeno 10 caratteri.";
    setup_used: "This link was used before or is not valid. If you have an account, sign in.", "Questo link è già stato usato o non è valido. Se hai un account, accedi.";
    go_sign_in: "Go to sign in", "Vai all’accesso";

    first_site: "Your first site", "Il tuo primo sito";
    first_site_hint: "Visitors see it above the chat. Everything else can be set later.", "Chi scrive lo vede sopra la chat. Il resto si imposta dopo.";
    first_site_go: "Make the site", "Crea il sito";

    no_answer: "The server did not answer. Check your connection and try again.", "Il server non ha risposto. Controlla la connessione e riprova.";
    too_many: "Too many tries. Wait a minute, then try again.", "Troppi tentativi. Aspetta un minuto e riprova.";
    server_trouble: "The server has trouble right now. Try again in a moment.", "Il server è in difficoltà. Riprova tra poco.";
    storage_full: "The server’s disk is full; nothing was stored. Tell whoever runs it.", "Il disco del server è pieno e non è stato salvato nulla. Avvisa chi lo gestisce.";
    owners_only: "Only the owner can change this.", "Può cambiarlo solo chi gestisce il sito.";

    offline: "You are offline. What you send goes out when you are back.", "Sei offline. Quello che invii parte appena torni in rete.";
    reconnecting: "The connection is lost. Trying again; nothing you write is lost.", "Connessione interrotta. Riproviamo: quello che scrivi non va perso.";

    conversations: "Conversations", "Conversazioni";
    site: "Site", "Sito";
    order: "Order", "Ordine";
    order_promise: "By promise", "Per promessa";
    order_waiting: "By wait", "Per attesa";
    order_newest: "Newest", "Recenti";
    unread_only: "Unread", "Non lette";
    told: "Visitors are told: usually within {t}", "Chi scrive legge: di solito entro {t}";
    told_nothing: "No reply time shown yet: too few conversations", "Tempo di risposta non ancora mostrato: poche conversazioni";
    minutes_long: "{n} minutes", "{n} minuti";
    minute_long: "a minute", "un minuto";
    hours_long: "{n} hours", "{n} ore";
    hour_long: "an hour", "un’ora";
    days_long: "{n} days", "{n} giorni";
    day_long: "a day", "un giorno";
    span_now: "now", "ora";
    span_less: "less than 1 min", "meno di 1 min";
    span_minutes: "{n}\u{a0}min", "{n}\u{a0}min";
    span_hours: "{n}\u{a0}h", "{n}\u{a0}h";
    span_days: "{n}\u{a0}d", "{n}\u{a0}g";
    waiting_for: "waiting {t}", "aspetta da {t}";
    waiting_short: "for {t}", "da {t}";
    waiting_now: "just wrote", "ha appena scritto";
    left_usual: "{a} left of the usual {b}", "restano {a} dei soliti {b}";
    late_usual: "over the usual {t}", "oltre i soliti {t}";
    left_promise: "{t} left", "restano {t}";
    left_promise_long: "promise: {t} left", "promessa: restano {t}";
    late_promise: "promise missed by {t}", "promessa mancata da {t}";
    blocked: "Blocked", "Bloccato";
    unread: "unread", "non letta";
    resolved: "Resolved", "Risolta";
    answered: "Answered", "Risposto";
    demo: "Demo", "Demo";
    demo_long: "Demo history: made up, nobody waits.", "Storia dimostrativa: inventata, non aspetta nessuno.";
    you: "You", "Tu";
    visitor: "Visitor", "Visitatore";
    visitor_n: "Visitor {n}", "Visitatore {n}";
    bot: "Automatic", "Automatico";
    no_message: "No message yet", "Ancora nessun messaggio";
    list_empty: "Nobody has written yet. Put the snippet on your site, and conversations appear here.", "Non ha ancora scritto nessuno. Metti il codice sul tuo sito e le conversazioni appariranno qui.";
    list_empty_unread: "Everything is read.", "Hai letto tutto.";
    to_snippet: "Get the snippet", "Prendi il codice";
    list_failed: "The list could not be loaded.", "Non è stato possibile caricare l’elenco.";
    try_again: "Try again", "Riprova";
    erased: "The visitor deleted this conversation.", "Chi scriveva ha eliminato questa conversazione.";
    new_message: "New message in another conversation", "Nuovo messaggio in un’altra conversazione";

    choose: "Choose a conversation.", "Scegli una conversazione.";
    choose_hint: "With the keyboard: j and k move, Enter opens.", "Da tastiera: j e k scorrono, Invio apre.";
    thread: "Messages", "Messaggi";
    back: "Back", "Indietro";
    resolve: "Resolve", "Risolvi";
    reopen: "Reopen", "Riapri";
    now_resolved: "Resolved", "Risolta";
    now_open: "Open again", "Di nuovo aperta";
    contact: "Contact", "Contatto";
    today: "Today", "Oggi";
    yesterday: "Yesterday", "Ieri";
    typing: "is writing…", "sta scrivendo…";
    sending: "Sending…", "Invio in corso…";
    retrying: "Not sent yet; it is tried again by itself", "Non ancora inviato: riproviamo noi";
    waiting_network: "Not sent: you are offline. It goes out when you are back.", "Non inviato: sei offline. Parte appena torni in rete.";
    not_sent: "Not sent", "Non inviato";
    not_sent_long: "Not sent: it is too long or empty.", "Non inviato: è troppo lungo o vuoto.";
    not_sent_window: "Not sent: the window has closed, and only an approved template may be sent now.", "Non inviato: la finestra si è chiusa e ora si può inviare solo un modello approvato.";
    not_sent_gone: "Not sent: this conversation does not exist any more.", "Non inviato: questa conversazione non c’è più.";
    discard: "Discard", "Elimina";
    sent: "Sent", "Inviato";
    delivered: "Delivered", "Consegnato";
    read: "Read", "Letto";
    answer: "Your answer", "La tua risposta";
    answer_hint: "Write an answer", "Scrivi una risposta";
    attach: "Attach a file", "Allega un file";
    send: "Send", "Invia";
    too_long: "{n} characters too many", "{n} caratteri di troppo";
    older: "Loading older messages", "Carico i messaggi precedenti";
    thread_failed: "The messages could not be loaded.", "Non è stato possibile caricare i messaggi.";

    win_free: "free", "gratis";
    win_free_for: "free for {t}", "gratis ancora per {t}";
    win_costs_for: "{m} for {t}", "{m} ancora per {t}";
    win_late: "{m}, late by {t}", "{m}, in ritardo di {t}";
    win_template: "template only", "solo con un modello";
    win_nothing: "nothing can be sent", "non si può inviare nulla";
    win_unknown: "price unknown", "prezzo non noto";
    win_unknown_late: "price unknown, late by {t}", "prezzo non noto, in ritardo di {t}";
    cost_free: "Sending is free", "Inviare non costa nulla";
    cost_free_for: "Sending is free for {t}", "Inviare è gratis ancora per {t}";
    cost_allowance: "Sending is free: one of the month’s free messages", "Inviare è gratis: rientra nei messaggi gratuiti del mese";
    cost_now: "Sending costs {m}", "Inviare costa {m}";
    cost_for: "Sending costs {m} for {t}", "Inviare costa {m} ancora per {t}";
    cost_late: "Sending costs {m}: the window closed {t} ago", "Inviare costa {m}: la finestra si è chiusa {t} fa";
    cost_unknown: "What sending costs is unknown: the price book has no price for this", "Non si sa quanto costa inviare: il listino non ha un prezzo per questo caso";
    then_free: "then it is free", "poi è gratis";
    then_costs: "then it costs {m}", "poi costa {m}";
    then_unknown: "then at an unknown price", "poi a un prezzo non noto";
    then_template: "then only a template may be sent", "poi si può inviare solo un modello";
    then_nothing: "then nothing may be sent", "poi non si può inviare nulla";
    closed_template: "The window has closed: only an approved template may be sent now. What you write stays here until they write again.", "La finestra si è chiusa: ora si può inviare solo un modello approvato. Quello che scrivi resta qui finché non ti riscrivono.";
    closed_nothing: "Nothing can be sent here now. What you write stays here.", "Ora qui non si può inviare nulla. Quello che scrivi resta qui.";
    over_budget: "This month’s budget of {b} is used up; this message costs {m}. Send it anyway?", "Il budget di {b} di questo mese è esaurito e questo messaggio costa {m}. Lo invii lo stesso?";
    over_budget_unknown: "This month’s budget of {b} is used up, and what this message costs is unknown. Send it anyway?", "Il budget di {b} di questo mese è esaurito e non si sa quanto costa questo messaggio. Lo invii lo stesso?";
    over_budget_plain: "This month’s budget is used up, and this message may cost. Send it anyway?", "Il budget di questo mese è esaurito e questo messaggio può costare. Lo invii lo stesso?";
    send_anyway: "Send it anyway", "Invia lo stesso";
    send_not: "Do not send it", "Non inviarlo";

    costs: "Costs", "Costi";
    month_so_far: "This month: {m}", "Questo mese: {m}";
    month_of: "This month: {m} of {b}", "Questo mese: {m} su {b}";
    budget_near: "{p} % of the budget is used", "Usato il {p} % del budget";
    budget_used: "The budget is used up: you are asked before each message that costs", "Budget esaurito: prima di ogni messaggio a pagamento ti viene chiesto";
    saving_one: "Answering one conversation in the next hour saves {m}", "Rispondere entro un’ora a una conversazione fa risparmiare {m}";
    saving_many: "Answering in the next hour saves {m} over {n} conversations", "Rispondere entro un’ora fa risparmiare {m} su {n} conversazioni";
    unknown_one: "1 message with an unknown price", "1 messaggio a prezzo non noto";
    unknown_many: "{n} messages with an unknown price", "{n} messaggi a prezzo non noto";

    statement: "Statement", "Estratto conto";
    month: "Month", "Mese";
    as_of: "As of {d}. Days and months are those of {z}.", "Aggiornato al {d}. Giorni e mesi sono quelli di {z}.";
    csv: "CSV file", "File CSV";
    print: "Print", "Stampa";
    summary: "Summary", "Riepilogo";
    total: "Total", "Totale";
    entries: "Entries", "Voci";
    entries_cut: "These are the first {n} of {t} entries. The CSV file has all of them.", "Queste sono le prime {n} voci su {t}. Il file CSV le contiene tutte.";
    no_entries: "Nothing is recorded in this month.", "In questo mese non è registrato nulla.";
    statement_failed: "The statement could not be loaded.", "Non è stato possibile caricare l’estratto conto.";
    entry: "No.", "N.";
    entry_delivered: "Delivered", "Consegnato il";
    channel: "Channel", "Canale";
    book: "Price book", "Listino";
    market: "Country", "Paese";
    reason: "Why", "Perché";
    messages: "Messages", "Messaggi";
    amount: "Amount", "Importo";
    correction: "correction", "rettifica";
    price_unknown: "unknown", "non noto";
    none_chosen: "none", "nessuno";
    why_free: "free in this book", "gratis in questo listino";
    why_window: "in the window", "nella finestra";
    why_entry: "came from an ad", "arriva da un annuncio";
    why_allowance: "free message of the month", "messaggio gratuito del mese";
    why_late: "after the window", "dopo la finestra";
    why_late_by: "late by {t}", "in ritardo di {t}";
    why_rate: "at the rate", "a tariffa";
    why_no_rate: "no price known", "nessun prezzo noto";
    why_other: "other", "altro";
    on_widget: "Site chat", "Chat del sito";
    on_whatsapp: "WhatsApp", "WhatsApp";
    on_email: "E-mail", "E-mail";
    on_other: "Other", "Altro";

    block: "Block as spam", "Blocca come spam";
    block_sure: "They can no longer write to you, and their question counts no more. Block this visitor?", "Non potrà più scriverti e la sua domanda non conterà più. Blocchi questo visitatore?";
    yes_block: "Yes, block", "Sì, blocca";
    unblock: "Take the block back", "Togli il blocco";
    blocked_hint: "Blocked as spam: cannot write to you and counts nowhere.", "Bloccato come spam: non può scriverti e non conta in nessuna misura.";
    now_blocked: "The visitor is blocked", "Il visitatore è bloccato";
    now_unblocked: "The visitor can write again", "Il visitatore può scrivere di nuovo";

    verified: "Verified: your own site has signed it.", "Verificato: lo ha firmato il tuo sito.";
    known_name: "Name", "Nome";
    known_email: "E-mail", "E-mail";
    known_phone: "Phone", "Telefono";
    known_subject: "Your id for them", "Il tuo codice per questa persona";
    unverified: "Unverified: the visitor’s browser says so.", "Non verificato: lo dice il browser di chi scrive.";
    page: "Page", "Pagina";
    their_language: "Language", "Lingua";
    their_time: "Their local time", "La sua ora locale";
    their_email: "E-mail left for the answer", "E-mail lasciata per la risposta";
    rating: "Rated", "Valutazione";
    rating_of: "{n} of 5", "{n} su 5";
    began: "Began", "Inizio";
    unknown: "Not given", "Non indicato";
    status: "Status", "Stato";
    open: "Open", "Aperta";
    snoozed: "Snoozed", "Rimandata";

    settings: "Settings", "Impostazioni";
    account: "Your account", "Il tuo account";
    help: "Keyboard", "Tastiera";
    close: "Close", "Chiudi";
    key_move: "next, previous conversation", "conversazione successiva, precedente";
    key_open: "open it", "aprila";
    key_answer: "write an answer", "scrivi una risposta";
    key_resolve: "resolve or reopen", "risolvi o riapri";
    key_help: "this list", "questo elenco";
    key_send: "send; Shift and Enter breaks the line", "invia; Maiusc e Invio va a capo";
    key_back: "from the answer box back to the list", "dalla risposta all’elenco";
    shortcuts: "Single letters are commands", "Le lettere singole sono comandi";

    reports: "Reports", "Statistiche";
    report_failed: "The report could not be loaded.", "Non è stato possibile caricare le statistiche.";
    report_old: "It could not be measured anew: this is how it stood before.", "Non è stato possibile misurare di nuovo: qui sotto c’è la situazione di prima.";
    report_empty: "New here: no figure yet. Once somebody has written, you see here how long they wait.", "Ancora nessun dato. Appena qualcuno scrive, qui vedi quanto aspetta.";
    measure: "Measure now", "Misura ora";
    measured: "Measured anew", "Misurato di nuovo";

    view_only: "You can look at the settings; only the owner can change them.", "Puoi vedere le impostazioni: può cambiarle solo chi gestisce il sito.";
    set_look: "How it looks", "Aspetto";
    set_name: "Business name", "Nome dell’attività";
    set_accent: "Colour", "Colore";
    set_accent_pick: "Pick a colour", "Scegli un colore";
    set_paper: "Background, light", "Sfondo chiaro";
    set_paper_dark: "Background, dark", "Sfondo scuro";
    set_paper_hint: "Leave it empty for ours. Where text would be hard to read on it, it is corrected.", "Lascialo vuoto per il nostro. Se il testo ci si legge male, viene corretto.";
    set_corners: "Corners", "Angoli";
    corners_square: "Square", "Vivi";
    corners_little: "A little round", "Appena arrotondati";
    corners_round: "Round", "Arrotondati";
    corners_very: "Very round", "Molto arrotondati";
    set_letters: "Letters", "Caratteri";
    letters_system: "Those of the visitor’s device", "Quelli del dispositivo di chi visita";
    letters_serif: "With serifs", "Con le grazie";
    letters_rounded: "Rounded", "Arrotondati";
    letters_mono: "Typewriter", "Da macchina per scrivere";
    set_preview: "How visitors see it", "Come lo vede chi visita";
    preview_light: "Light", "Chiaro";
    preview_dark: "Dark", "Scuro";
    set_greeting: "Greeting", "Saluto";
    set_greeting_hint: "Shown above an empty conversation. Leave it empty for a greeting in each visitor’s language.", "Si vede sopra una conversazione vuota. Lascialo vuoto per un saluto nella lingua di chi visita.";
    set_locale: "Language when the visitor’s is unknown", "Lingua quando quella di chi visita non si conosce";
    contrast_text: "Text on the colour", "Testo sul colore";
    contrast_light: "Button on a light page", "Pulsante su pagina chiara";
    contrast_dark: "Button on a dark page", "Pulsante su pagina scura";
    contrast_best: "reads well for everyone", "si legge bene per tutti";
    contrast_fine: "reads well for most", "si legge bene per quasi tutti";
    contrast_weak: "hard to read: choose a darker or lighter colour", "si legge male: scegli un colore più scuro o più chiaro";
    contrast_seen: "stands out", "si distingue";
    contrast_unseen: "hardly stands out", "si distingue appena";
    sample: "Write to us", "Scrivici";

    set_hours: "Opening hours", "Orari di apertura";
    hours_always: "Always open", "Sempre aperto";
    hours_limited: "Open at these times", "Aperto in questi orari";
    zone: "Time zone", "Fuso orario";
    closed: "Closed", "Chiuso";
    opens: "Opens", "Apre";
    closes: "Closes", "Chiude";
    until_next_day: "closes the next day", "chiude il giorno dopo";
    all_day: "24 hours", "24 ore";
    add_span: "Add hours", "Aggiungi orario";
    remove_span: "Remove", "Togli";
    copy_monday: "Use Monday’s hours for Tuesday to Friday", "Usa gli orari di lunedì da martedì a venerdì";

    open_until: "Open now, until {t}.", "Aperto ora, fino {t}.";
    closed_until: "Closed now, opens {t}.", "Chiuso ora, riapre {t}.";
    until_time: "{t}", "alle {t}";
    until_tomorrow: "tomorrow at {t}", "a domani alle {t}";
    until_day: "{d} at {t}", "a {d} alle {t}";
    at_time: "at {t}", "alle {t}";
    at_tomorrow: "tomorrow at {t}", "domani alle {t}";
    at_day: "{d} at {t}", "{d} alle {t}";
    open_always: "By these hours you never close.", "Con questi orari non chiudi mai.";
    open_never: "By these hours you never open.", "Con questi orari non apri mai.";
    exceptions: "Holidays and other days that differ", "Feste e altri giorni diversi";
    exceptions_hint: "On these days the week above does not count. A day without hours is closed.", "In questi giorni la settimana qui sopra non vale. Un giorno senza orari è chiuso.";
    add_day: "Add a day", "Aggiungi un giorno";
    remove_day: "Remove this day", "Togli questo giorno";
    new_day: "New day", "Nuovo giorno";
    date: "Date", "Data";
    day_name: "Name", "Nome";
    past_one: "1 day that has passed", "1 giorno passato";
    past_many: "{n} days that have passed", "{n} giorni passati";
    set_ask: "Before the first message", "Prima del primo messaggio";
    ask_hint: "Each question keeps some people from writing. What you ask is shown until somebody has written; what they fill in is not verified.", "Ogni domanda trattiene qualcuno dallo scrivere. Quello che chiedi si vede finché una persona non ha scritto; quello che compila non è verificato.";
    ask_name: "Their name", "Il nome";
    ask_email: "Their e-mail", "L’e-mail";
    ask_no: "Not asked", "Non lo chiedo";
    ask_optional: "Asked, may stay empty", "Lo chiedo, può restare vuoto";
    ask_required: "Asked, has to be filled in", "Lo chiedo, va compilato";
    ask_own: "Questions of your own", "Domande tue";
    ask_own_hint: "One a line, for example “Order number”. A star at the end makes it required.", "Una per riga, per esempio “Numero d’ordine”. Un asterisco alla fine la rende obbligatoria.";
    ask_consent: "Consent text", "Testo del consenso";
    ask_consent_hint: "Visitors tick it before they write; what they agreed to and when is kept with the conversation. Write the whole address of your privacy page and it becomes a link. Empty: nothing has to be ticked.", "Chi scrive lo spunta prima del primo messaggio; a che cosa ha acconsentito e quando resta nella conversazione. Scrivi per intero l’indirizzo della tua pagina sulla privacy e diventa un link. Vuoto: non c’è nulla da spuntare.";
    ask_quick: "Quick replies", "Risposte rapide";
    ask_quick_hint: "Up to five sentences, one a line, that somebody new can send with one press, for example “Are you open on Sunday?”", "Fino a cinque frasi, una per riga, che chi è nuovo può inviare con un tocco, per esempio “Siete aperti domenica?”";
    asked_consent: "Agreed to", "Ha acconsentito a";
    asked_name: "Name", "Nome";
    asked_email: "E-mail, as typed", "E-mail, come scritta";
    wrong_ask: "There can be five questions at most, each of up to 80 characters.", "Le domande possono essere al massimo cinque, ognuna fino a 80 caratteri.";
    wrong_consent: "The consent text may have 500 characters at most.", "Il testo del consenso può avere al massimo 500 caratteri.";
    wrong_quick: "There can be five quick replies at most, each of up to 80 characters.", "Le risposte rapide possono essere al massimo cinque, ognuna fino a 80 caratteri.";
    away: "Away message", "Messaggio di assenza";
    away_hint: "Goes at once to whoever writes outside the opening hours, once per question, marked as automatic. It does not count as an answer. Empty: nothing is sent.", "Parte subito per chi scrive fuori orario, una volta per domanda, segnato come automatico. Non conta come risposta. Vuoto: non parte nulla.";
    away_never: "You are always open, so it is never sent.", "Sei sempre aperto, quindi non parte mai.";

    set_billing: "What answers cost", "Quanto costano le risposte";
    billing_hint: "A price book says what an answer costs, by day and country. Where none is chosen, nothing is charged or recorded.", "Un listino dice quanto costa una risposta, secondo il giorno e il paese. Dove non ne scegli uno, non si addebita e non si registra nulla.";
    no_books: "No price book is chosen.", "Nessun listino scelto.";
    add_book: "Add a price book", "Aggiungi un listino";
    remove_book: "Remove this price book", "Togli questo listino";
    book_of: "Price book for {c}", "Listino per {c}";
    choose_book: "Choose…", "Scegli…";
    first_day: "First day", "Primo giorno";
    last_day: "Last day", "Ultimo giorno";
    days_hint: "An empty first day means since ever, an empty last day until further notice.", "Il primo giorno vuoto vuol dire da sempre, l’ultimo vuoto fino a nuovo ordine.";
    set_market: "Country of people without a phone number", "Paese di chi non ha un numero di telefono";
    market_hint: "Prices differ by country. With a phone number the number tells it; for everyone else you do. While it is not chosen, their price is unknown.", "I prezzi cambiano da paese a paese. Se c’è un numero di telefono lo dice il numero; per gli altri lo dici tu. Finché non è scelto, il loro prezzo non è noto.";
    not_chosen: "Not chosen", "Non scelto";
    set_budget: "Budget per month", "Budget al mese";
    budget_hint: "At 80 % you are warned. Once it is used up, you are asked before each message that costs. Empty: no budget.", "All’80 % ricevi un avviso. Quando è esaurito, prima di ogni messaggio a pagamento ti viene chiesto. Vuoto: nessun budget.";
    currency: "Currency", "Valuta";
    billing_zone: "Time zone of days and months", "Fuso orario di giorni e mesi";
    zone_as_hours: "That of the opening hours", "Quello degli orari di apertura";

    set_badge: "Your reply time on other pages", "Il tuo tempo di risposta su altre pagine";
    badge_hint: "A picture of your measured reply time, for any page or e-mail. It brings itself up to date.", "Un’immagine del tuo tempo di risposta misurato, per qualsiasi pagina o e-mail. Si aggiorna da sola.";
    badge_alt: "The picture as it looks now", "L’immagine com’è adesso";
    badge_picture: "Address of the picture", "Indirizzo dell’immagine";
    badge_data: "The same as figures anyone can check (JSON)", "Gli stessi dati in cifre che chiunque può verificare (JSON)";

    set_where: "Where it appears", "Dove appare";
    origins: "Your sites", "I tuoi siti";
    origins_hint: "One address a line, for example https://shop.example. The chat opens on these sites only.", "Un indirizzo per riga, per esempio https://negozio.example. La chat si apre solo su questi siti.";
    snippet: "Snippet", "Codice";
    snippet_hint: "Paste this line before the end of each page’s body.", "Incolla questa riga prima della fine del body di ogni pagina.";
    playground: "Try its options beside the real widget", "Prova le opzioni accanto al widget vero";
    doctor: "It does not appear? See what keeps it away", "Non appare? Guarda che cosa lo impedisce";
    copy: "Copy", "Copia";
    copied: "Copied", "Copiato";
    not_copied: "The browser did not allow copying. Select the text and copy it by hand.", "Il browser non permette di copiare. Seleziona il testo e copialo a mano.";

    set_backend: "Your backend", "Il tuo backend";
    backend_url: "Forward messages to", "Inoltra i messaggi a";
    backend_hint: "Each visitor’s message is posted here, signed. Leave it empty to answer only in this inbox.", "Ogni messaggio viene inviato qui, firmato. Lascialo vuoto per rispondere solo da questa posta.";
    webhook_secrets: "Signing secrets", "Chiavi di firma";
    webhook_hint: "With these your backend checks that a message comes from Pronto. Two can be live while you change over.", "Con queste il tuo backend verifica che un messaggio arrivi da Pronto. Durante il cambio ne valgono due.";
    no_secrets: "No secret yet: messages wait until you make one.", "Ancora nessuna chiave: i messaggi aspettano finché non ne crei una.";
    made: "made {d}", "creata il {d}";
    rotate: "Make a new secret", "Crea una nuova chiave";
    rotate_sure: "The older of two ends at once. Make it?", "La più vecchia delle due smette subito di valere. La creo?";
    yes_make: "Yes, make it", "Sì, creala";
    cancel: "Cancel", "Annulla";
    set_shield: "When many strangers come at once", "Quando arrivano molti sconosciuti insieme";
    shield: "Ask new visitors’ devices for a second of work", "Chiedi ai dispositivi dei nuovi visitatori un secondo di lavoro";
    shield_hint: "It keeps programs out that open thousands of conversations. People see nothing of it, and there is never a puzzle to solve.", "Tiene fuori i programmi che aprono migliaia di conversazioni. Le persone non ne vedono nulla, e non c’è mai un rebus da risolvere.";
    shield_auto: "While far more come than usual", "Mentre ne arrivano molti più del solito";
    shield_on: "Always", "Sempre";
    shield_off: "Never", "Mai";
    flooded: "Flooded since {d}: {n} new visitors in the last minute.", "Sotto assalto dal {d}: {n} nuovi visitatori nell’ultimo minuto.";
    not_flooded: "Calm: {n} new visitors in the last minute.", "Tutto calmo: {n} nuovi visitatori nell’ultimo minuto.";
    guard_asked: "Asked for work first", "A cui è stato chiesto prima un lavoro";
    guard_proved: "Did it and were let in", "L’hanno fatto e sono entrati";
    guard_refused: "Refused for too much at once", "Respinti per troppo in una volta";
    guard_since: "Counted since the server started.", "Contati da quando il server è partito.";
    identity_secrets: "Identity secrets", "Chiavi d’identità";
    identity_hint: "With one of these your backend signs who your visitor is, so that you see a verified name here and they find their conversations on every device. The handbook’s page “Who the visitor is” shows how.", "Con una di queste il tuo backend firma chi è il visitatore: qui vedi un nome verificato, e lui ritrova le sue conversazioni su ogni dispositivo. Come si fa sta nel manuale, alla pagina «Who the visitor is».";
    no_identity: "None yet: every visitor is a stranger.", "Ancora nessuna: ogni visitatore è uno sconosciuto.";
    revoke_identity_sure: "What is signed with it is believed no more. Who is already known stays known. Revoke it?", "Quello che è firmato con questa non vale più. Chi è già noto resta noto. La revoco?";
    api_keys: "API keys", "Chiavi API";
    api_hint: "With a key your backend answers by itself.", "Con una chiave il tuo backend risponde da solo.";
    no_keys: "No key yet.", "Ancora nessuna chiave.";
    key_name: "Name of the new key", "Nome della nuova chiave";
    make_key: "Make a key", "Crea una chiave";
    revoke: "Revoke", "Revoca";
    revoke_sure: "Whatever uses this key stops working. Revoke it?", "Quello che usa questa chiave smette di funzionare. La revoco?";
    yes_revoke: "Yes, revoke it", "Sì, revocala";
    shown_once: "Copy it now: it is shown only this once.", "Copiala adesso: si vede solo questa volta.";
    noted: "I have noted it down", "L’ho annotata";
    parked: "Not delivered", "Non consegnati";
    parked_hint: "Messages to your backend and answers by e-mail that did not get through. They stay here until you send them again.", "Messaggi per il tuo backend e risposte via e-mail che non sono arrivati. Restano qui finché non li invii di nuovo.";
    none_parked: "Nothing is parked: every message was delivered or is on its way.", "Niente in sospeso: ogni messaggio è stato consegnato o è in viaggio.";
    attempts: "{n} tries", "{n} tentativi";
    by_email: "Answer by e-mail", "Risposta via e-mail";
    send_again: "Send again", "Invia di nuovo";
    sent_again: "On its way again", "Di nuovo in viaggio";
    to_conversation: "Conversation", "Conversazione";

    save: "Save", "Salva";
    saving: "Saving…", "Salvataggio…";
    saved: "Saved", "Salvato";
    unsaved: "There are changes that are not saved.", "Ci sono modifiche non salvate.";
    revert: "Undo changes", "Annulla le modifiche";
    wrong_name: "The name needs 1 to 80 characters.", "Il nome deve avere da 1 a 80 caratteri.";
    wrong_accent: "The colour is # and six digits, for example #0F5C4A.", "Il colore è # e sei cifre, per esempio #0F5C4A.";
    wrong_greeting: "The greeting may have 280 characters at most.", "Il saluto può avere al massimo 280 caratteri.";
    wrong_origin: "“{o}” is not a site’s address. It begins with https://", "«{o}» non è l’indirizzo di un sito. Comincia con https://";
    wrong_missing: "{d}: a time is missing.", "{d}: manca un orario.";
    wrong_overlap: "{d}: two of the hours overlap.", "{d}: due orari si sovrappongono.";
    wrong_zone: "Choose the time zone of the hours.", "Scegli il fuso orario degli orari.";
    wrong_date: "This day needs a date.", "A questo giorno manca la data.";
    wrong_twice: "{d} is in the list twice.", "{d} compare due volte.";
    wrong_day_name: "{d}: the name may have 80 characters at most.", "{d}: il nome può avere al massimo 80 caratteri.";
    wrong_away: "The away message may have 1,000 characters at most.", "Il messaggio di assenza può avere al massimo 1.000 caratteri.";
    wrong_book: "Choose a price book.", "Scegli un listino.";
    wrong_days: "The last day lies before the first.", "L’ultimo giorno viene prima del primo.";
    wrong_books_overlap: "{c}: two price books hold on the same day.", "{c}: due listini valgono nello stesso giorno.";
    wrong_budget: "Write the budget as an amount above 0, for example 5 or 12.50.", "Scrivi il budget come importo maggiore di 0, per esempio 5 o 12,50.";
    wrong_currency: "Choose the currency of the budget.", "Scegli la valuta del budget.";
    wrong_marked: "Not saved: something above needs a look.", "Non salvato: qualcosa qui sopra va controllato.";
    wrong_backend: "The backend’s address begins with https:// (or http://).", "L’indirizzo del backend comincia con https:// (o http://).";

    change_password: "Change your password", "Cambia la password";
    current_password: "Current password", "Password attuale";
    new_password: "New password", "Nuova password";
    change: "Change it", "Cambiala";
    password_changed: "Your password is changed. Other devices are signed out.", "La password è cambiata. Gli altri dispositivi sono stati disconnessi.";
    need_current: "Write the password you use now.", "Scrivi la password che usi adesso.";
    current_wrong: "This is not your current password.", "Questa non è la tua password attuale.";
    sign_out: "Sign out", "Esci";
    sign_out_sure: "Some of what you wrote was not sent. Signing out deletes it from this device.", "Qualcosa che hai scritto non è stato inviato. Se esci, viene cancellato da questo dispositivo.";
    sign_out_anyway: "Sign out and delete", "Esci e cancella";
    stay: "Stay", "Resta";
    preferences: "Preferences", "Preferenze";
    owner: "Owner", "Gestisce";
    agent: "Agent", "Risponde";
}
