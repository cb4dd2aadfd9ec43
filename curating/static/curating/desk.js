// What the desk does beyond its pages: keys, and keeping a session while somebody types. Everything works without it.
'use strict';
{
    const {stay, login, sent} = document.currentScript.dataset;

    // Keys. Those of a single key can be turned off, as speech input may press them by accident (WCAG 2.1.4).

    const places = {
        h: '#site-name a', s: 'a[href$="/sources/source/"]', f: 'a[href$="/sources/fact/"]', q: 'a[href$="/curating/review/"]',
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
        const search = key === '/' && (document.getElementById('searchbar') || document.getElementById('nav-filter'));
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

    // Names for what Django's own scripts leave without one.

    // A box to choose from by typing takes the place of its field: it is named by the label and what is chosen, and says
    // of itself what the field would say.
    const nameBox = (box, select, label) => {
        const combobox = box.querySelector('[role=combobox]');
        const chosen = box.querySelector('.select2-selection__rendered');
        label.id ||= `${select.id}-label`;
        combobox?.setAttribute('aria-labelledby', [label.id, chosen && chosen.id].filter(Boolean).join(' '));
        // What is chosen is no field of its own, which would bring the cross that clears it into the name.
        ['role', 'aria-readonly'].forEach((told) => chosen?.removeAttribute(told));
        ['aria-describedby', 'aria-invalid'].filter((told) => select.hasAttribute(told)).forEach((told) => {
            combobox?.setAttribute(told, select.getAttribute(told));
        });
    };
    const name = () => {
        document.querySelectorAll('.select2-container').forEach((box) => {
            const select = box.previousElementSibling;
            const label = select && select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
            if (label) {
                nameBox(box, select, label);
            }
        });
        document.querySelectorAll('.select2-search__field[aria-controls]').forEach((search) => {
            const field = search.getAttribute('aria-controls').replace(/^select2-|-results$/g, '');
            const label = document.querySelector(`label[for="${CSS.escape(field)}"]`);
            search.setAttribute('aria-label', label ? `Search: ${label.textContent.trim().replace(/:$/, '')}` : 'Search');
        });
        document.querySelectorAll('.select2-selection__clear').forEach((cross) => cross.setAttribute('aria-hidden', 'true'));
        document.querySelectorAll('.help-tooltip[aria-label]').forEach((icon) => icon.setAttribute('role', 'img'));
    };
    const WITHOUT_NAME = '.select2-container, .select2-selection__clear, .help-tooltip';
    // They come when it suits those scripts, which may be after the page is loaded, and are renumbered when one goes.
    const come = (node) => node.nodeType === Node.ELEMENT_NODE && (node.matches(WITHOUT_NAME) || node.querySelector(WITHOUT_NAME));
    new MutationObserver((changes) => {
        if (changes.some((change) => [...change.addedNodes, ...change.removedNodes].some(come))) {
            name();
        }
    }).observe(document.body, { childList: true, subtree: true });
    name();

    // Filters, as a row of menus over a list rather than a column that takes a quarter of its width.

    const filters = document.getElementById('changelist-filter');
    const list = document.getElementById('changelist-form');
    const rowOfFilters = () => {
        const menus = [...filters.querySelectorAll('details')];
        list.before(filters);
        filters.classList.add('row');
        menus.forEach((menu) => {
            const chosen = menu.querySelector('li.selected:not(:first-child)');
            const title = menu.dataset.filterTitle.replace(/^./, (first) => first.toUpperCase());
            menu.open = false;
            menu.classList.toggle('chosen', Boolean(chosen));
            menu.querySelector('summary').textContent = chosen ? `${title}: ${chosen.textContent.trim()}` : title;
            menu.addEventListener('toggle', () => {
                menus.filter((other) => menu.open && other !== menu).forEach((other) => {
                    other.open = false;
                });
            });
        });
        const close = (besides) => menus.filter((menu) => !menu.contains(besides)).forEach((menu) => {
            menu.open = false;
        });
        document.addEventListener('click', (event) => close(event.target));
        document.addEventListener('keydown', (event) => {
            const menu = event.key === 'Escape' && event.target.closest('#changelist-filter details[open]');
            if (menu) {
                menu.open = false;
                menu.querySelector('summary').focus();
            }
        });
    };
    if (filters && list) {
        // After Django's own script, which opens those that were open last.
        document.addEventListener('DOMContentLoaded', rowOfFilters);
    }

    // On a tablet the navigation at the side starts folded; whoever unfolds it finds it so the next time.

    const folding = document.getElementById('toggle-nav-sidebar');
    if (folding && innerWidth <= 1024 && localStorage.getItem('django.admin.navSidebarIsOpen') === null) {
        document.addEventListener('DOMContentLoaded', () => folding.click());
    }

    // What was typed is not lost by leaving: the browser asks first. A form that came back holds what isn't saved yet.

    const form = document.querySelector('body.change-form #content-main form[method=post][id$=_form]');
    const typed = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== 'csrfmiddlewaretoken'));
    if (form && form.querySelector('.submit-row')) {
        let saved = sent === undefined ? null : '';
        // After the scripts that fill fields in, or renumber them.
        window.addEventListener('load', () => setTimeout(() => {
            saved ??= typed();
        }));
        form.addEventListener('submit', (event) => setTimeout(() => {
            saved = event.defaultPrevented ? saved : null;
        }));
        window.addEventListener('beforeunload', (event) => {
            if (saved !== null && saved !== typed()) {
                event.preventDefault();
            }
        });
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
