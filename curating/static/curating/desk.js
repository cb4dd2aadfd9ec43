// What the desk does beyond its pages: keys, and keeping a session while somebody types. Everything works without it.
'use strict';
{
    const {stay, login} = document.currentScript.dataset;

    // Keys. Those of a single key can be turned off, as speech input may press them by accident (WCAG 2.1.4).

    const places = {
        h: '#site-name a', s: 'a[href$="/sources/source/"]', f: 'a[href$="/sources/fact/"]', q: 'a[href$="/queue/"]',
    };
    const singles = () => localStorage.getItem('single-keys') !== 'off';
    const isTyping = (element) => element.isContentEditable || element.matches('input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [role=textbox], [role=searchbox], [role=combobox]');
    let awaited = 0;

    const act = (key) => {
        if (awaited > Date.now()) {
            awaited = 0;
            const link = places[key] && document.querySelector(places[key]);
            if (link) {
                location.assign(link.href);
            }
            return Boolean(link);
        }
        if (key === 'g') {
            awaited = Date.now() + 1500;
            return true;
        }
        const search = key === '/' && document.querySelector('#searchbar, #nav-filter');
        if (search) {
            search.focus();
            search.select();
            return true;
        }
        if (key === '?' && document.getElementById('shortcuts')) {
            showShortcuts();
            return true;
        }
        return false;
    };

    document.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            const form = event.target.closest('form') || document.querySelector('#content-main form, #content form');
            const button = form && form.querySelector('.submit-row input.default, .submit-row input[type=submit]');
            if (button) {
                event.preventDefault();
                button.click();
            }
        } else if (!event.ctrlKey && !event.metaKey && !event.altKey && singles() && !isTyping(event.target) && !document.querySelector('dialog[open]') && act(event.key)) {
            event.preventDefault();
        }
    });

    const showShortcuts = () => {
        const box = document.getElementById('shortcuts-single');
        const show = () => document.querySelector('.single-keys').classList.toggle('off', !box.checked);
        box.checked = singles();
        box.onchange = () => {
            localStorage.setItem('single-keys', box.checked ? 'on' : 'off');
            show();
        };
        show();
        document.getElementById('shortcuts').showModal();
    };

    const opener = document.getElementById('shortcuts-open');
    if (opener) {
        opener.hidden = false;
        opener.addEventListener('click', showShortcuts);
    }

    // A session lasts while somebody types. Where it has ended all the same, what was typed stays: they are told before
    // the form is sent, sign in in another tab, and send it then, with the token of the new session.

    const OFTEN = 5 * 60 * 1000;
    const SOON = 10 * 60;
    let asked = Date.now();
    let ended = false;
    let told = '';

    const tell = (words, address) => {
        if (words === told) {
            return;
        }
        told = words;
        document.querySelectorAll('.session-note').forEach((note) => note.remove());
        if (!words) {
            return;
        }
        const note = document.createElement('p');
        note.className = 'session-note';
        note.setAttribute('role', 'alert');
        note.append(words);
        if (address) {
            const link = document.createElement('a');
            link.href = address;
            link.target = '_blank';
            link.textContent = 'Sign in in another tab';
            note.append(' ', link, ', then save here.');
        }
        document.getElementById('content-start').prepend(note);
    };

    const ask = async () => {
        asked = Date.now();
        let answer;
        try {
            answer = await fetch(stay, {headers: {Accept: 'application/json'}});
        } catch {
            return; // No network: the form will say so itself.
        }
        ended = answer.redirected || !answer.ok;
        if (ended) {
            tell('You have been signed out. What you typed is still here.', login);
            return;
        }
        const {token, seconds} = await answer.json();
        document.querySelectorAll('input[name=csrfmiddlewaretoken]').forEach((input) => {
            input.value = token;
        });
        tell(seconds < SOON ? `You will be signed out in ${Math.ceil(seconds / 60)} minutes: save what you have typed.` : '');
    };

    if (stay && document.querySelector('#content form[method=post]')) {
        const askAgain = (after) => (Date.now() - asked >= after ? ask() : null);
        document.addEventListener('input', () => askAgain(OFTEN));
        window.addEventListener('focus', () => askAgain(ended ? 0 : 60 * 1000));
        document.addEventListener('submit', (event) => {
            const isEntered = event.target.matches('#content form[method=post]');
            if (!isEntered || (Date.now() - asked < OFTEN && !ended)) {
                return;
            }
            event.preventDefault();
            ask().then(() => {
                if (!ended) {
                    event.target.requestSubmit(event.submitter);
                }
            });
        });
    }
}
